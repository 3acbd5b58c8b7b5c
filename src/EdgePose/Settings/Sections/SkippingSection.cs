namespace EdgePose.Settings.Sections;

/// <summary>The <c>skipping</c> section: at the top level, and again in a stream, where it inherits from the top level.</summary>
internal static class SkippingSection
{
    private static readonly TimeSpan LeastGap = TimeSpan.FromMilliseconds(50), MostGap = TimeSpan.FromSeconds(10), MostPeriod = TimeSpan.FromSeconds(1);

    public static readonly SkippingConfig Defaults = new()
    {
        Enabled = true,
        Gate = true,
        DetectorGap = TimeSpan.FromSeconds(1),
        PoseGap = TimeSpan.FromMilliseconds(500),
        MaxPosePeriod = TimeSpan.FromMilliseconds(200),
        Propagate = true,
    };

    public static SkippingConfig Read(Section s, SkippingConfig inherited)
    {
        var config = new SkippingConfig
        {
            Enabled = s.Flag("enabled", inherited.Enabled),
            Gate = s.Flag("gate", inherited.Gate),
            DetectorGap = s.Duration("detector_gap", inherited.DetectorGap, LeastGap, MostGap),
            PoseGap = s.Duration("pose_gap", inherited.PoseGap, LeastGap, MostGap),
            MaxPosePeriod = s.Duration("max_pose_period", inherited.MaxPosePeriod, TimeSpan.Zero, MostPeriod),
            Propagate = s.Flag("propagate", inherited.Propagate),
        };
        s.Done();
        return config;
    }
}
