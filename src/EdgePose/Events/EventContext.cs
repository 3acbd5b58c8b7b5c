using EdgePose.Domain;

namespace EdgePose.Events;

/// <summary>What the rules of one stream share: the present scene, the people, and the way out for events.</summary>
internal sealed class EventContext(EventOptions options, Action<PoseEvent> raise)
{
    private readonly long[] _raised = new long[Enum.GetValues<EventType>().Length];

    public EventOptions Options => options;
    public BodyJoints Joints { get; } = new(options.Skeleton);

    /// <summary>Sorted by track id, so that the order of the input means nothing.</summary>
    public List<Person> People { get; } = [];
    public Instant Time { get; set; }

    /// <summary>Monotonic microseconds; never runs backwards.</summary>
    public long Now { get; set; }
    public int Epoch { get; set; }
    public float Aspect { get; set; } = 1;

    /// <summary>Messages raised so far, by type; readable from other threads.</summary>
    public long Raised(EventType type) => Interlocked.Read(ref _raised[(int)type]);

    /// <summary>A key that is not used again: a person or a zone cannot start the same rule twice in a millisecond.</summary>
    public string NewKey(string rule, Person? person)
    {
        var start = Time.UtcMicroseconds / 1000;
        return person is null
            ? FormattableString.Invariant($"{options.Stream}/{rule}/{start}")
            : FormattableString.Invariant($"{options.Stream}/{rule}/{person.Track}/{start}");
    }

    /// <summary>Completes <paramref name="draft"/> with what every event has, and with the person.</summary>
    public void Raise(EventDraft draft, Person? person)
    {
        Interlocked.Increment(ref _raised[(int)draft.Type]);
        var body = options.Pose ? person?.Body : null;
        raise(new PoseEvent
        {
            Stream = options.Stream, Epoch = Epoch, Type = draft.Type, Phase = draft.Phase, Key = draft.Key, Rule = draft.Rule,
            Time = Time.Utc, Microseconds = Time.Microseconds, Reason = draft.Reason, Duration = Instant.Span(Math.Max(0, draft.Duration)),
            Track = person?.Track, Score = person?.Score ?? 1, Box = person?.Box, Zone = draft.Zone, Line = draft.Line,
            Direction = draft.Direction, Count = draft.Count, Skeleton = body is null ? null : options.Skeleton,
            Points = body is null ? [] : [.. body.Points],
            History = body is not null && draft.Phase == EventPhase.Start ? person!.History.Read(Now) : [],
        });
    }
}

/// <summary>The part of an event that its rule knows. <see cref="Duration"/> is in microseconds.</summary>
internal readonly record struct EventDraft(EventType Type, EventPhase Phase, string Rule, string Key, string Reason)
{
    public long Duration { get; init; }
    public string Zone { get; init; } = "";
    public string Line { get; init; } = "";
    public string Direction { get; init; } = "";
    public int? Count { get; init; }
}
