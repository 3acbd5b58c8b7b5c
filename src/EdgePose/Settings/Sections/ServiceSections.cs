namespace EdgePose.Settings.Sections;

/// <summary>The small sections: <c>log</c>, <c>models</c>, <c>tracking</c>, <c>poses</c>.</summary>
internal static class ServiceSections
{
    public static TrackingConfig Tracking(Section s)
    {
        var config = new TrackingConfig
        {
            Enabled = s.Flag("enabled", true),
            MaxLost = s.Duration("max_lost", TimeSpan.FromSeconds(1.5), TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
            Smooth = s.Flag("smooth", true),
        };
        s.Done();
        return config;
    }

    public static PosesConfig Poses(Section s)
    {
        var config = new PosesConfig { MaxRate = s.Rate("max_rate", 10, 0.01, 240, "none") };
        s.Done();
        return config;
    }
}
