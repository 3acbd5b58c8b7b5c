using EdgePose.Events;
using EdgePose.Events.Recording;
using EdgePose.Events.Scenes;
using EdgePose.Service;
using EdgePose.Service.Configuration;
using EdgePose.Settings;

namespace EdgePose.Workshop.Replay;

/// <summary>One rule set: the stream whose rules are played, and what they share.</summary>
internal sealed record RuleSet(StreamConfig Stream, EventsSettings Events);

/// <summary>Plays scenes through a rule set, and through another one beside it. Its own time is that of the scenes.</summary>
internal sealed class ReplaySession(RuleSet rules, RuleSet? shadow, Action<EventLine> onEvent) : ISceneSink
{
    /// <summary>A longer pause between two scenes is no time in which the camera was watched.</summary>
    private const long LongestPause = 60 * Instant.PerSecond;

    private readonly List<EventLine> _events = [], _shadowEvents = [];
    private EventEngine? _engine, _shadow;
    private RecordingHeader? _header;
    private Instant _last;
    private bool _first;

    public IReadOnlyList<EventLine> Events => _events;
    public IReadOnlyList<EventLine> ShadowEvents => _shadowEvents;
    public long Frames { get; private set; }
    public long Microseconds { get; private set; }

    /// <summary>A recording begins. The next part of the same session goes on; anything else begins anew.</summary>
    public void Begin(RecordingHeader header)
    {
        if (_header is { } before && before.Session == header.Session && before.Part + 1 == header.Part)
        {
            _header = header;
            return;
        }
        (_header, _first) = (header, true);
        _engine = new EventEngine(Setup(rules, header), e => Take(EventLine.Of(e)));
        _shadow = shadow is null ? null : new EventEngine(Setup(shadow, header), e => _shadowEvents.Add(EventLine.Of(e)));
    }

    public void Add(Scene scene)
    {
        Frames++;
        var passed = _first ? 0 : scene.Time.Microseconds - _last.Microseconds;
        if (passed is > 0 and <= LongestPause) { Microseconds += passed; }
        (_last, _first) = (scene.Time, false);
        _engine!.Process(scene);
        _shadow?.Process(scene);
    }

    public void AddLost(in Instant time, string reason)
    {
        _engine!.StreamLost(time, reason);
        _shadow?.StreamLost(time, reason);
    }

    public void AddStopped(in Instant time)
    {
        _engine!.Stop(time);
        _shadow?.Stop(time);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static EventSetup Setup(RuleSet rules, RecordingHeader header) => EventSetup.Of(header, rules.Stream.Id, rules.Events, rules.Stream.Events);

    private void Take(EventLine line)
    {
        _events.Add(line);
        onEvent(line);
    }
}
