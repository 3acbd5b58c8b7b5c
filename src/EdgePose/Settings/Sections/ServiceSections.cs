namespace EdgePose.Settings.Sections;

/// <summary>The small sections: <c>log</c>, <c>models</c>, <c>tracking</c>, <c>poses</c>.</summary>
internal static class ServiceSections
{
    public static LogConfig Log(Section s)
    {
        var config = new LogConfig
        {
            Level = s.Choice("level", "info", ("trace", "trace"), ("debug", "debug"), ("info", "info"), ("warning", "warning"), ("error", "error")),
            Format = s.Choice("format", LogFormat.Auto, ("auto", LogFormat.Auto), ("console", LogFormat.Console),
                ("journald", LogFormat.Journald), ("json", LogFormat.Json)),
        };
        s.Done();
        return config;
    }

    public static ModelsConfig Models(Section s)
    {
        var folders = s.List("folders", [], [], t => t.Length is > 0 and <= 4096 && !t.Any(char.IsControl) ? null : "the path of a folder");
        var config = new ModelsConfig { Folders = [.. folders.Select(f => s.Absolute("folders", f))] };
        s.Done();
        return config;
    }

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
