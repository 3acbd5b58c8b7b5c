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

    /// <summary>Events that may wait for a birth: a change of state is a moment, and each open event ends at it.</summary>
    private const int MostHeld = 64;

    private readonly Queue<StampedEvent> _held = new();
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

    /// <summary>Keeps an event for the next birth; false when the oldest had to go for it.</summary>
    public bool Hold(StampedEvent e)
    {
        var isRoom = _held.Count < MostHeld;
        if (!isRoom) { _held.Dequeue(); }
        _held.Enqueue(e);
        return isRoom;
    }

    public IReadOnlyList<StampedEvent> TakeHeld()
    {
        StampedEvent[] held = [.. _held];
        _held.Clear();
        return held;
    }

    /// <summary>The event, with its complete document as one metric.</summary>
    /// <param name="stamped">The event.</param>
    /// <param name="isHistorical">Whether it is told later than it could have been.</param>
    public static IEnumerable<Metric> Event(StampedEvent stamped, bool isHistorical)
    {
        var e = stamped.Event;
        string[] values = [stamped.Id, e.Type.Name, e.Phase.Name(), e.Key, e.Zone, Encoding.UTF8.GetString(stamped.Document())];
        var time = (ulong)Math.Max(0, e.Time.ToUnixTimeMilliseconds());
        return EventNames.Zip(values, (name, value) =>
        {
            var metric = MetricValues.Text(EventPrefix + name, value);
            metric.Timestamp = time;
            if (isHistorical) { metric.IsHistorical = true; }
            return metric;
        });
    }
}
