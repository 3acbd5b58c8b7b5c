using EdgePose.Networks.Estimation;

namespace EdgePose.Networks.TopDown;

/// <summary>Settings of a <see cref="TopDownEstimator"/>.</summary>
internal sealed record TopDownOptions
{
    /// <summary>The detector runs on every N-th processed frame, and earlier when a person is lost. At least 1.</summary>
    public int DetectEvery { get; init; } = 5;

    /// <summary>Largest number of pose inferences, and so of people, per frame.</summary>
    public int MaxPeople { get; init; } = 20;

    /// <summary>Smallest joint score that counts as seen; null = the pose model's own.</summary>
    public float? JointThreshold { get; init; }

    /// <summary>Smallest person score (box score x mean joint score) that is reported.</summary>
    public float MinScore { get; init; }

    /// <summary>Longest side of the frames asked for, in pixels; 0 = as the source has them.</summary>
    public int MaxFrameSide { get; init; } = 1280;

    /// <summary>OKS above which two poses are one person.</summary>
    public float PoseNms { get; init; } = 0.7f;

    /// <summary>IoU above which two candidate boxes are one person.</summary>
    public float BoxNms { get; init; } = 0.7f;

    /// <summary>What one stream asks of its networks.</summary>
    /// <param name="pose">The section <c>pose</c> of the stream.</param>
    /// <param name="maxFrameSide">As <see cref="MaxFrameSide"/>.</param>
    /// <param name="tracked">Whether a tracker follows.</param>
    public static TopDownOptions For(PoseSettings pose, int maxFrameSide, bool tracked) => new()
    {
        DetectEvery = pose.DetectEvery, MaxPeople = pose.MaxPeople, MinScore = pose.LowScore(tracked), MaxFrameSide = maxFrameSide,
    };
}
