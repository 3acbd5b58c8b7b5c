using System.Text.RegularExpressions;
using EdgePose.Settings;

namespace EdgePose.Sinks.Mqtt;

/// <summary>Every topic of the contract (MQTT.md). Ids are checked here, so that no wildcard or level separator reaches a topic.</summary>
internal sealed partial class Topics
{
    private readonly string _base;

    /// <param name="prefix">One or more levels, each an id.</param>
    /// <param name="node">Id of this node.</param>
    public Topics(string prefix, string node)
    {
        foreach (var level in prefix.Split('/')) { Check(level, nameof(prefix)); }
        Check(node, nameof(node));
        _base = $"{prefix}/{node}";
    }

    /// <summary>Returns what was expected when <paramref name="prefix"/> is none, otherwise null.</summary>
    public static string? CheckPrefix(string prefix) =>
        prefix.Length <= 200 && prefix.Split('/').All(Scalars.IsId) ? null : "topic levels of a–z 0–9 _ - joined by /, without + # $";

    public string Availability => $"{_base}/availability";
    public string Info => $"{_base}/info";
    public string Status => $"{_base}/status";

    /// <summary>What the daemon subscribes to for commands; it never subscribes to its own messages.</summary>
    public string CommandFilter => $"{_base}/command/+";

    /// <summary>One command alone, for brokers that take no wildcards.</summary>
    public string Command(string name) => $"{_base}/command/{name}";

    /// <summary>Used by <c>edgepose check</c> alone.</summary>
    public string SelfTest => $"{_base}/selftest";

    public string Events(string stream) => Stream(stream, "events");

    /// <summary>TopicPrefix / PayloadPrefix / MetadataType / ProfileToken / AnalyticsModuleName of ONVIF's analytics specification.</summary>
    public string Onvif(string stream, string module)
    {
        Check(stream, nameof(stream));
        return $"{_base}/onvif-mj/VideoAnalytics/{stream}/{module}";
    }

    public string Zone(string stream, string zone)
    {
        Check(zone, nameof(zone));
        return Stream(stream, "zones") + "/" + zone;
    }

    /// <summary>Number of open events of a rule.</summary>
    public string Rule(string stream, string rule)
    {
        Check(rule, nameof(rule));
        return Stream(stream, "rules") + "/" + rule;
    }

    /// <summary>A joint layout; its name comes from a model, so that it need not be an id.</summary>
    public string Skeleton(string name) => $"{_base}/skeletons/{Scalars.CleanId(name, "skeleton")}";

    /// <summary>Where answers go that name no Response Topic.</summary>
    public string Response(string command)
    {
        Check(command, nameof(command));
        return $"{_base}/response/{command}";
    }

    /// <summary>The command that a topic names; empty when it is no command topic.</summary>
    public string CommandName(string topic)
    {
        var start = _base.Length + "/command/".Length;
        if (topic.Length <= start || !topic.StartsWith(_base, StringComparison.Ordinal) || !topic.AsSpan(_base.Length).StartsWith("/command/")) { return ""; }
        var name = topic[start..];
        return Id().IsMatch(name) ? name : "";
    }

    /// <summary>False for the daemon's own topics, except those for answers.</summary>
    public bool MayReplyTo(string topic) =>
        !topic.StartsWith(_base + "/", StringComparison.Ordinal) || topic.StartsWith(_base + "/response/", StringComparison.Ordinal);

    public string StreamAvailability(string stream) => Stream(stream, "availability");
    public string StreamState(string stream) => Stream(stream, "state");
    public string People(string stream) => Stream(stream, "people");
    public string Poses(string stream) => Stream(stream, "poses");

    private string Stream(string stream, string leaf)
    {
        Check(stream, nameof(stream));
        return $"{_base}/streams/{stream}/{leaf}";
    }

    private static void Check(string id, string name)
    {
        if (!Id().IsMatch(id)) { throw new ArgumentException($"'{id}' is not an id: lower-case letters, digits, '_' and '-', at most 63", name); }
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9_-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Id();
}
