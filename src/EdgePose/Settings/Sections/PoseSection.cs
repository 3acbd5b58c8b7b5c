namespace EdgePose.Settings.Sections;

/// <summary>The <c>pose</c> section: at the top level, and again in a stream, where it inherits from the top level.</summary>
internal static class PoseSection
{
    public static readonly PoseConfig Defaults = new()
    {
        Model = "movenet-lightning",
        Detector = "centernet-person",
        Profile = Profile.Fast,
        Flip = false,
        ShortSide = 0,
        DetectEvery = 5,
        MaxPeople = 20,
        MinScore = 0.2f,
    };

    public static PoseConfig Read(Section s, PoseConfig inherited)
    {
        var config = new PoseConfig
        {
            Model = s.Id("model", inherited.Model),
            Detector = s.Id("detector", inherited.Detector),
            Profile = s.Choice("profile", inherited.Profile, ("fast", Profile.Fast), ("accurate", Profile.Accurate)),
            Flip = s.Flag("flip", inherited.Flip),
            ShortSide = s.Integer("short_side", inherited.ShortSide, 0, 2048),
            DetectEvery = s.Integer("detect_every", inherited.DetectEvery, 1, 300),
            MaxPeople = s.Integer("max_people", inherited.MaxPeople, 1, 200),
            DetectorScore = s.Number("detector_score", inherited.DetectorScore, 0, 1, new Doc("") { Default = "the model's own" }),
            MinScore = s.Number("min_score", inherited.MinScore, 0, 1),
        };
        if (config.ShortSide is > 0 and < 64) { s.Error("short_side", "expected 0 or 64–2048"); }
        s.Done();
        return config;
    }
}
