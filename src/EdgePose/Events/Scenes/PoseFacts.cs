using EdgePose.Domain;

namespace EdgePose.Events.Scenes;

/// <summary>What is known of the poses of a stream, whatever its rules are; a recording keeps it beside the scenes.</summary>
/// <param name="Stream">Id of the stream.</param>
/// <param name="Skeleton">Joint layout.</param>
internal sealed record PoseFacts(string Stream, Skeleton Skeleton)
{
    /// <summary>Smallest joint score that counts as seen, on the pose model's own scale.</summary>
    public float JointThreshold { get; init; } = 0.3f;

    /// <summary>Absence after which a person is gone; longer than the tracker remembers.</summary>
    public TimeSpan LostAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the rules wait for somebody whom the tracker may still find again after <paramref name="maxLost"/>.</summary>
    public static TimeSpan WaitFor(TimeSpan maxLost) => maxLost + TimeSpan.FromMilliseconds(500);
}
