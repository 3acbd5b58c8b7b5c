namespace EdgePose.Domain;

/// <summary>One moment of the skeleton history behind an event.</summary>
/// <param name="Before">Time before <see cref="PoseEvent.Time"/>; zero for the moment itself, never negative.</param>
/// <param name="Points">Normalised body joints: the first <see cref="Skeleton.BodyJoints"/> of the skeleton.</param>
internal readonly record struct PoseMoment(TimeSpan Before, IReadOnlyList<Keypoint> Points);

/// <summary>The events that a <see cref="EventType.Gap"/> stands for, by their numbers in the spool, both included.</summary>
internal readonly record struct EventRange(long First, long Last);

/// <summary>
/// One message about an event as a rule raises it; a complete copy that may be kept. Coordinates are normalised to the source picture
/// (0..1, x right, y down; a little outside for joints beyond the edge). Number, id and boot id are given by the spool.
/// </summary>
internal sealed record PoseEvent
{
    public required string Stream { get; init; }

    /// <summary>Epoch of the connection, see <see cref="FrameInfo"/>; 0 before the first frame.</summary>
    public required int Epoch { get; init; }
    public required EventType Type { get; init; }
    public required EventPhase Phase { get; init; }

    /// <summary>
    /// Joins start, updates and end: <c>stream/rule/track/start</c>, or without the track where an event concerns no single person; start
    /// is in milliseconds since 1970. Not used again.
    /// </summary>
    public required string Key { get; init; }

    /// <summary>Name of the rule in the configuration; <c>stream</c> for lost and restored streams, empty for a gap.</summary>
    public required string Rule { get; init; }

    /// <summary>Wall-clock capture time of the frame that decided; only for stamps.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The same moment on the monotonic clock: <see cref="TimeProvider.GetTimestamp"/> in microseconds.</summary>
    public required long Microseconds { get; init; }

    /// <summary>Why the rule decided so, for people to read; for an end that is not the natural one <c>track_lost</c>, <c>stream_lost</c>, <c>stopped</c> or <c>restart</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>How long the cause has lasted at <see cref="Time"/>.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Track id as in the poses; null where the event concerns no single person.</summary>
    public long? Track { get; init; }

    /// <summary>0..1, the person's score; 1 where there is no person.</summary>
    public float Score { get; init; } = 1;

    /// <summary>The person's box, normalised.</summary>
    public Box? Box { get; init; }

    /// <summary>Zone by name; empty = none.</summary>
    public string Zone { get; init; } = "";

    /// <summary>Line by name; empty = none.</summary>
    public string Line { get; init; } = "";

    /// <summary><c>left_to_right</c> or <c>right_to_left</c> for a line, <c>left</c>, <c>right</c> or <c>both</c> for hands; otherwise empty.</summary>
    public string Direction { get; init; } = "";

    /// <summary>People in the zone, for occupancy and crowding; lost events for a gap.</summary>
    public int? Count { get; init; }

    /// <summary>Joint layout of <see cref="Points"/> and <see cref="History"/>; null where the event concerns no single person.</summary>
    public Skeleton? Skeleton { get; init; }

    /// <summary>All joints at <see cref="Time"/>, normalised; empty without a person.</summary>
    public IReadOnlyList<Keypoint> Points { get; init; } = [];

    /// <summary>The seconds that caused a start, oldest first, at most some 20 moments; empty for updates and ends.</summary>
    public IReadOnlyList<PoseMoment> History { get; init; } = [];

    /// <summary>Only for a gap.</summary>
    public EventRange? Missing { get; init; }
}
