namespace EdgePose.People.Skipping;

/// <summary>When the networks of a stream may leave out a frame. Durations, not frames, so that one set serves every frame rate.</summary>
internal sealed record SkippingOptions
{
    /// <summary>False: every frame is looked at, as far as the load controller permits.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Leave out people and places in which the picture shows no motion.</summary>
    public bool Gate { get; init; } = true;

    /// <summary>The detector runs on every N-th frame while something moves.</summary>
    public int DetectEvery { get; init; } = 5;

    /// <summary>Longest time between two looks for people everywhere.</summary>
    public TimeSpan DetectorGap { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time until somebody who stopped moving is measured again. It doubles while nothing changes, up to
    /// <see cref="DetectorGap"/> and never beyond <see cref="MaxLost"/>.</summary>
    public TimeSpan PoseGap { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest time between two measurements of somebody who moves; 0 = measured in every frame.</summary>
    public TimeSpan MaxPosePeriod { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Move people on between measurements, by optical flow where it finds their joints.</summary>
    public bool Propagate { get; init; } = true;

    /// <summary>How long the tracker remembers an unseen person.</summary>
    public TimeSpan MaxLost { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>Smallest joint score that counts as seen, on the pose model's own scale.</summary>
    public float JointThreshold { get; init; } = 0.3f;
}
