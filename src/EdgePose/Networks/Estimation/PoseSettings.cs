using EdgePose.Settings;

namespace EdgePose.Networks.Estimation;

/// <summary>Which networks a stream uses: the section <c>pose</c>, at the top level and again in a stream, which inherits what it does not set.</summary>
internal sealed record PoseSettings
{
    public static readonly Doc About = "Which networks find people and their joints. A stream can override each of these keys.";

    public static readonly PoseSettings Defaults = new();

    /// <summary>Name of the pose model.</summary>
    public string Model { get; init; } = "movenet-lightning";

    /// <summary>Name of the person detector; ignored with bottom-up models.</summary>
    public string Detector { get; init; } = "centernet-person";
    public DecodeProfile Profile { get; init; } = DecodeProfile.Fast;
    public bool Flip { get; init; }

    /// <summary>Short side of the input of bottom-up models, in pixels; 0 = the model's own.</summary>
    public int ShortSide { get; init; }

    /// <summary>The detector runs on every N-th processed frame; boxes come from the previous poses in between.</summary>
    public int DetectEvery { get; init; } = 5;
    public int MaxPeople { get; init; } = 20;

    /// <summary>Smallest detector score; null = the model's own.</summary>
    public float? DetectorScore { get; init; }

    /// <summary>Smallest score of a person who is taken up; one who is followed already is kept down to <see cref="LowScore"/>.</summary>
    public float MinScore { get; init; } = 0.2f;

    /// <summary>What the estimators let through: the tracker keeps a known person alive with scores that would not start one.</summary>
    public float LowScore(bool tracked) => tracked ? MinScore / 2 : MinScore;

    public static PoseSettings Read(Section s, PoseSettings inherited)
    {
        var settings = new PoseSettings
        {
            Model = s.Id("model", inherited.Model, """
                Pose model; edgepose models list shows all. Models of the kind litepose find everybody in one run; all others look at one person at
                a time and need a detector.
                """),
            Detector = s.Id("detector", inherited.Detector, "Person detector of top-down models; bottom-up models ignore it."),
            Profile = s.Choice("profile", inherited.Profile, DecodeProfiles.Words, """
                How bottom-up models are decoded. accurate refines joints at full resolution: better in the decimals, several times the decoding time.
                """),
            Flip = s.Flag("flip", inherited.Flip, """
                true runs a bottom-up network on the mirrored picture as well and averages: about twice the cost for a few percent of accuracy.
                """),
            ShortSide = s.Integer("short_side", inherited.ShortSide, 0, 2048, new Doc("""
                Short side of the input of bottom-up models: 64 or more, rounded up to a multiple of 64; 0 is the model's own. Smaller is faster and
                loses small people.
                """) { Unit = "pixels" }),
            DetectEvery = s.Integer("detect_every", inherited.DetectEvery, 1, 300, new Doc("""
                While something moves, the detector runs on every N-th frame and at the latest after skipping.detector_gap; in between, boxes come
                from the previous poses. A larger N saves time and notices new people later.
                """) { Unit = "frames" }),
            MaxPeople = s.Integer("max_people", inherited.MaxPeople, 1, 200, new Doc("""
                People per frame; the ones with the best scores are kept. Each costs a run of a top-down model.
                """) { Unit = "people" }),
            DetectorScore = s.Number("detector_score", inherited.DetectorScore, 0, 1, new Doc("""
                Smallest score of a detected person. A lower score finds more people and more ghosts.
                """) { Default = "the model's own", Example = "0.3" }),
            MinScore = s.Number("min_score", inherited.MinScore, 0, 1, """
                Smallest score of a person who is taken up; a person who is followed already is kept down to half of it. Scores of different models
                are not comparable.
                """),
        };
        if (settings.ShortSide is > 0 and < 64) { s.Error("short_side", "expected 0 or 64–2048"); }
        s.Done();
        return settings;
    }
}
