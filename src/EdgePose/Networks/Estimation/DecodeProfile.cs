using EdgePose.Settings;

namespace EdgePose.Networks.Estimation;

/// <summary>How thoroughly bottom-up networks are decoded.</summary>
internal enum DecodeProfile
{
    /// <summary>Works on the half-size map, reports only plausible people and suppresses duplicates.</summary>
    Fast,

    /// <summary>The original procedure: maps projected to the input size, joints refined.</summary>
    Accurate,
}

internal static class DecodeProfiles
{
    public static readonly Words<DecodeProfile> Words = new(("fast", DecodeProfile.Fast), ("accurate", DecodeProfile.Accurate));
}
