using EdgePose.Domain;

namespace EdgePose.People.Skipping;

/// <summary>What a look of the networks says of the place of somebody.</summary>
internal enum FindingKind
{
    /// <summary>Nobody looked at them.</summary>
    NotMeasured,

    /// <summary>They were measured, and nothing follows for the motion there.</summary>
    Measured,

    /// <summary>They were measured and are new or have moved: the reason for motion in and around the place.</summary>
    ExplainsMotion,

    /// <summary>They were measured and have not moved: the motion there meant nothing.</summary>
    FalseAlarm,

    /// <summary>They are gone, which is the reason for motion in and around the place.</summary>
    HasLeft,
}

/// <summary>For <see cref="MotionGate.Learn"/>.</summary>
/// <param name="Place">Frame pixels.</param>
/// <param name="Kind">What was found.</param>
internal readonly record struct PlaceFinding(Box Place, FindingKind Kind);
