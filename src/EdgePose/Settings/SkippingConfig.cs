namespace EdgePose.Settings;

/// <summary>When a stream may leave out frames; a stream inherits what it does not set from the top-level <c>skipping:</c> section.</summary>
internal sealed record SkippingConfig
{
    /// <summary>False: every frame is measured.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Leave out people and places in which the picture shows no motion.</summary>
    public required bool Gate { get; init; }

    /// <summary>Longest time between two looks for new people.</summary>
    public required TimeSpan DetectorGap { get; init; }

    /// <summary>Longest time until somebody who rests is measured again.</summary>
    public required TimeSpan PoseGap { get; init; }

    /// <summary>Longest time between two measurements of somebody who moves; 0 = every frame.</summary>
    public required TimeSpan MaxPosePeriod { get; init; }

    /// <summary>Move people on between measurements; false repeats the last pose.</summary>
    public required bool Propagate { get; init; }
}
