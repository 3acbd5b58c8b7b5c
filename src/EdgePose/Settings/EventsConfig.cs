using System.Numerics;

namespace EdgePose.Settings;

/// <summary>events: section: what all rules share, and the schedules.</summary>
internal sealed record EventsConfig
{
    /// <summary>Whether lost and restored streams are events.</summary>
    public required bool StreamState { get; init; }

    /// <summary>Whether events carry joints.</summary>
    public required bool Pose { get; init; }
    public required TimeSpan History { get; init; }

    /// <summary>Smallest joint score that counts as seen; null = the model's own.</summary>
    public float? JointScore { get; init; }
    public required TimeSpan MinAge { get; init; }
    public required float MinScore { get; init; }

    /// <summary>Border of zones and lines in which nothing changes, in picture heights.</summary>
    public required float Margin { get; init; }
    public required TimeSpan EnterAfter { get; init; }
    public required TimeSpan LeaveAfter { get; init; }
    public required IReadOnlyList<ScheduleConfig> Schedules { get; init; }
}

/// <summary>A window of the week in local time.</summary>
/// <param name="Name">Referred to by rules.</param>
/// <param name="Days">Days on which it begins.</param>
/// <param name="From">Time of day.</param>
/// <param name="To">Time of day; not after <paramref name="From"/> = on the next day.</param>
internal sealed record ScheduleConfig(string Name, IReadOnlyList<DayOfWeek> Days, TimeSpan From, TimeSpan To);

/// <summary>record: section.</summary>
internal sealed record RecordConfig
{
    /// <summary>Absolute; empty = nothing is recorded.</summary>
    public required string Folder { get; init; }

    /// <summary>Bytes per stream.</summary>
    public required long MaxSize { get; init; }
}

/// <summary>A simple polygon, normalised.</summary>
internal sealed record ZoneConfig(string Name, IReadOnlyList<Vector2> Corners);

/// <summary>A line segment, normalised.</summary>
internal sealed record LineConfig(string Name, Vector2 From, Vector2 To);

internal enum RuleType { Zone, Occupancy, Line, Dwell, Crowding, Fall, Lying, HandRaised, WrongWay }

internal enum LineCrossing { Both, LeftToRight, RightToLeft }

internal enum WhichHand { Any, Left, Right, Both }

/// <summary>One rule of a stream, with the defaults of its type filled in.</summary>
internal sealed record RuleConfig
{
    public required string Name { get; init; }
    public required RuleType Type { get; init; }

    /// <summary>Name of a zone of the stream; empty = the whole picture.</summary>
    public required string Zone { get; init; }

    /// <summary>Name of a line of the stream; empty unless the type needs one.</summary>
    public required string Line { get; init; }
    public required TimeSpan After { get; init; }
    public required TimeSpan EndAfter { get; init; }

    /// <summary>Zero = no updates.</summary>
    public required TimeSpan UpdateEvery { get; init; }
    public required TimeSpan Cooldown { get; init; }
    public required TimeSpan MinAge { get; init; }
    public required float MinScore { get; init; }

    /// <summary>Names of schedules; empty = always.</summary>
    public required IReadOnlyList<string> Schedule { get; init; }
    public required LineCrossing Crossing { get; init; }
    public required int Count { get; init; }
    public required WhichHand Hand { get; init; }
    public required float Height { get; init; }
    public required float Angle { get; init; }
    public required float Speed { get; init; }
    public required Vector2 Direction { get; init; }
}
