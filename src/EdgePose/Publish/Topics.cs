using System.Text.RegularExpressions;

namespace EdgePose.Publish;

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

    public string Availability => $"{_base}/availability";
    public string Info => $"{_base}/info";
    public string Status => $"{_base}/status";

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
