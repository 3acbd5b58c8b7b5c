using System.Text;
using EdgePose.Delivery;
using EdgePose.Domain;
using EdgePose.Sinks.Sparkplug.Wire;
using EdgePose.Delivery.Documents;

namespace EdgePose.Sinks.Sparkplug;

/// <summary>One stream as a Sparkplug device: alive while frames arrive. Its last values, and what has changed since they were sent.</summary>
internal sealed class Device(string id)
{
    private const string State = "Stream/State", Fps = "Stream/Frames per second", Age = "Stream/Frame age p99 ms", Reconnects = "Stream/Reconnects";
    private const string People = "People", EventPrefix = "Event/";

    private StreamStatus? _status;
    private StreamFigures _counters;
    private int _people;

    public string Id { get; } = id;

    /// <summary>Whether the host has its birth.</summary>
    public bool IsBorn { get; set; }
    public bool IsAlive => _status is { State: StreamState.Online };

    /// <summary>Takes the state; true when it became alive or ceased to be.</summary>
    public bool Set(StreamStatus status, in StreamFigures counters)
    {
        var before = IsAlive;
        (_status, _counters) = (status, counters);
        return before != IsAlive;
    }

    /// <summary>True when the number differs from the last one.</summary>
    public bool SetPeople(int people)
    {
        if (_people == people) { return false; }
        _people = people;
        return true;
    }

    /// <summary>Every metric that this device will ever send, as a birth has to have.</summary>
    public IEnumerable<Metric> Birth() =>
        [.. Figures(), MetricValues.Count(People, _people), .. EventNames.Select(n => MetricValues.NoText(EventPrefix + n))];

    public IEnumerable<Metric> Figures() =>
    [
        MetricValues.Text(State, System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName((_status?.State ?? StreamState.Starting).ToString())),
        MetricValues.Number(Fps, Math.Round(_counters.FpsProcessed, 1)), MetricValues.Number(Age, Math.Round(_counters.FrameAgeP99Ms, 1)),
        MetricValues.Count(Reconnects, _counters.Reconnects),
    ];

    public IEnumerable<Metric> PeopleNow() => [MetricValues.Count(People, _people)];

    private static readonly string[] EventNames = ["Id", "Type", "Phase", "Key", "Zone", "Document"];

    /// <summary>The event, with its complete document as one metric.</summary>
    public static IEnumerable<Metric> Event(StampedEvent stamped)
    {
        var e = stamped.Event;
        string[] values = [stamped.Id, e.Type.Name, e.Phase.Name(), e.Key, e.Zone, Encoding.UTF8.GetString(stamped.Document())];
        var time = (ulong)Math.Max(0, e.Time.ToUnixTimeMilliseconds());
        return EventNames.Zip(values, (name, value) =>
        {
            var metric = MetricValues.Text(EventPrefix + name, value);
            metric.Timestamp = time;
            return metric;
        });
    }
}
