using System.Collections.Concurrent;
using EdgePose.Domain;

namespace EdgePose.Events.Scenes;

/// <summary>What the rules of one stream share: the present scene, the people, and the way out for events.</summary>
internal sealed class EventContext(PoseFacts facts, EventsSettings shared, Action<PoseEvent> raise)
{
    private EventsSettings _settings = shared;
    private readonly ConcurrentDictionary<EventType, long> _raised = new();

    public BodyJoints Joints { get; } = new(facts.Skeleton);

    /// <summary>Smallest joint score that counts as seen.</summary>
    public float JointThreshold => _settings.JointScore ?? facts.JointThreshold;

    /// <summary>Width of the border of zones and lines inside which nothing changes, in picture heights.</summary>
    public float Margin => _settings.Margin;

    /// <summary>Sorted by track id, so that the order of the input means nothing.</summary>
    public List<Person> People { get; } = [];
    public Instant Time { get; set; }

    /// <summary>Monotonic microseconds; never runs backwards.</summary>
    public long Now { get; set; }
    public int Epoch { get; set; }
    public float Aspect { get; set; } = 1;

    /// <summary>Messages raised so far, by type; readable from other threads.</summary>
    public long Raised(EventType type) => _raised.GetValueOrDefault(type);

    /// <summary>Other settings of all rules; nobody may be known at the moment.</summary>
    public void Change(EventsSettings next) => _settings = next;

    /// <summary>A key that is not used again: a person or a zone cannot start the same rule twice in a millisecond.</summary>
    public string NewKey(string rule, Person? person)
    {
        var start = Time.UtcMicroseconds / 1000;
        return person is null
            ? FormattableString.Invariant($"{facts.Stream}/{rule}/{start}")
            : FormattableString.Invariant($"{facts.Stream}/{rule}/{person.Track}/{start}");
    }

    /// <summary>Completes <paramref name="draft"/> with what every event has, and with the person.</summary>
    public void Raise(EventDraft draft, Person? person)
    {
        _raised.AddOrUpdate(draft.Type, 1, static (_, count) => count + 1);
        var body = _settings.Pose ? person?.Body : null;
        raise(new PoseEvent
        {
            Stream = facts.Stream, Epoch = Epoch, Type = draft.Type, Phase = draft.Phase, Key = draft.Key, Rule = draft.Rule,
            Time = Time.Utc, Microseconds = Time.Microseconds, Reason = draft.Reason, Duration = Instant.Span(Math.Max(0, draft.Duration)),
            Track = person?.Track, Score = person?.Score ?? 1, Box = person?.Box, Zone = draft.Zone, Line = draft.Line,
            Direction = draft.Direction, Count = draft.Count, Skeleton = body is null ? null : facts.Skeleton,
            Points = body is null ? [] : [.. body.Points],
            History = body is not null && draft.Phase == EventPhase.Start ? person!.History.Read(Now) : [],
        });
    }
}
