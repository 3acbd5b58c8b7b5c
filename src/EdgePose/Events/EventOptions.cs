using System.Numerics;
using EdgePose.Domain;

namespace EdgePose.Events;

/// <summary>A polygon by name; at least three corners, normalised, not crossing itself.</summary>
internal sealed record ZoneOptions(string Name, IReadOnlyList<Vector2> Corners);

/// <summary>A line segment by name, normalised. Who walks from <paramref name="From"/> to <paramref name="To"/> has its left and right.</summary>
internal sealed record LineOptions(string Name, Vector2 From, Vector2 To);

internal enum RuleKind { Zone, Occupancy, Line, Dwell, Crowding, Fall, Lying, HandRaised, WrongWay }

internal enum Crossing { Both, LeftToRight, RightToLeft }

internal enum Hand { Any, Left, Right, Both }

/// <summary>One rule. Which of the values apply depends on <see cref="Kind"/>; the configuration's reader knows that.</summary>
internal sealed record RuleOptions
{
    public required string Name { get; init; }
    public required RuleKind Kind { get; init; }

    /// <summary>Only people whose foot point is in this zone; empty = the whole picture.</summary>
    public string Zone { get; init; } = "";
    public string Line { get; init; } = "";

    /// <summary>How long the cause must last before the event starts.</summary>
    public TimeSpan After { get; init; }

    /// <summary>How long the cause must be gone before the event ends.</summary>
    public TimeSpan EndAfter { get; init; }

    /// <summary>Time between updates of an event that lasts; zero = none.</summary>
    public TimeSpan UpdateEvery { get; init; }

    /// <summary>After the end of an event, no new one of this rule for the same person (or zone) for this long.</summary>
    public TimeSpan Cooldown { get; init; }

    /// <summary>A person must have been known for this long.</summary>
    public TimeSpan MinAge { get; init; }

    /// <summary>Smallest score of the person in the frame that starts the event.</summary>
    public float MinScore { get; init; }
    public Schedule? Schedule { get; init; }
    public Crossing Crossing { get; init; }

    /// <summary>People who make a crowd.</summary>
    public int Count { get; init; } = 5;
    public Hand Hand { get; init; }

    /// <summary>How far a wrist must be above the shoulder, in torso lengths.</summary>
    public float Height { get; init; } = 0.5f;

    /// <summary>Tilt of the torso from vertical that counts as lying, in degrees.</summary>
    public float Angle { get; init; } = 50;

    /// <summary>Fall: torso lengths per second by which the shoulders come down. Wrong way: picture heights per second.</summary>
    public float Speed { get; init; } = 1.6f;

    /// <summary>The right way, in picture coordinates; any length but zero.</summary>
    public Vector2 Direction { get; init; } = Vector2.UnitX;
}

/// <summary>Everything that an <see cref="EventEngine"/> is told about its stream.</summary>
internal sealed record EventOptions
{
    public required string Stream { get; init; }
    public required Skeleton Skeleton { get; init; }

    /// <summary>Smallest joint score that counts as seen, on the pose model's own scale.</summary>
    public float JointThreshold { get; init; } = 0.3f;

    /// <summary>Absence after which a person is gone; longer than the tracker remembers.</summary>
    public TimeSpan LostAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Who is known for less, or was never above the score, is not counted in any zone.</summary>
    public TimeSpan MinAge { get; init; } = TimeSpan.FromMilliseconds(500);
    public float MinScore { get; init; }

    /// <summary>Width of the border of zones and lines inside which nothing changes, in picture heights.</summary>
    public float Margin { get; init; } = 0.015f;
    public TimeSpan EnterAfter { get; init; } = TimeSpan.FromMilliseconds(300);
    public TimeSpan LeaveAfter { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Length of the skeleton history that a start carries; zero = none.</summary>
    public TimeSpan History { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Whether events carry joints at all.</summary>
    public bool Pose { get; init; } = true;

    /// <summary>Whether lost and restored streams are events.</summary>
    public bool StreamState { get; init; } = true;
    public IReadOnlyList<ZoneOptions> Zones { get; init; } = [];
    public IReadOnlyList<LineOptions> Lines { get; init; } = [];
    public IReadOnlyList<RuleOptions> Rules { get; init; } = [];
}
