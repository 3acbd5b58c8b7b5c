namespace EdgePose.Settings.Sections;

/// <summary>The section <c>poses</c>.</summary>
internal static class ServiceSections
{
    public static PosesConfig Poses(Section s)
    {
        var config = new PosesConfig { MaxRate = s.Rate("max_rate", 10, 0.01, 240, "none") };
        s.Done();
        return config;
    }
}
