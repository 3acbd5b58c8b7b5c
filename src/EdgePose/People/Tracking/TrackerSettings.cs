using EdgePose.Settings;

namespace EdgePose.People.Tracking;

/// <summary>Whether people that were not seen in the current frame are listed too.</summary>
internal enum PredictedPeople
{
    /// <summary>Only people measured in this frame.</summary>
    None,

    /// <summary>Unseen people too, moved on at their constant velocity.</summary>
    Propagate,

    /// <summary>Unseen people too, where they were seen last.</summary>
    Hold,
}

/// <summary>The section <c>tracking</c>, and what else a <see cref="Tracker"/> must know. Nothing here is counted in frames, so one set serves every frame rate.</summary>
internal sealed record TrackerSettings
{
    public static readonly Doc About = "Identities across frames.";

    /// <summary>False: there is no tracker.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>How long a confirmed person may be unseen before the track ends.</summary>
    public TimeSpan MaxLost { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>One-Euro smoothing of the listed joints; association always uses the joints as measured.</summary>
    public bool Smooth { get; init; } = true;

    /// <summary>Poses at or above this score may start a track and are matched first.</summary>
    public float HighScore { get; init; } = 0.3f;

    /// <summary>Poses from here up to <see cref="HighScore"/> only keep alive a person who is tracked already; those below are
    /// ignored.</summary>
    public float LowScore { get; init; } = 0.1f;

    /// <summary>Smallest joint score that counts as seen, on the pose model's own scale.</summary>
    public float JointThreshold { get; init; } = 0.3f;

    public PredictedPeople Predicted { get; init; } = PredictedPeople.None;

    /// <summary>How long an unseen person is listed when <see cref="Predicted"/> asks for it; never longer than
    /// <see cref="MaxLost"/>.</summary>
    public TimeSpan MaxPredicted { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>People whom nobody looked for are moved on at their constant velocity; false = repeated where they were seen last.</summary>
    public bool Propagate { get; init; } = true;

    /// <summary>Most tracks remembered; when full, the one unseen for longest makes room.</summary>
    public int MaxTracks { get; init; } = 512;

    public static TrackerSettings Read(Section s)
    {
        var defaults = new TrackerSettings();
        var settings = defaults with
        {
            Enabled = s.Flag("enabled", defaults.Enabled, "false publishes people without memory: each frame gives new track ids."),
            MaxLost = s.Duration("max_lost", defaults.MaxLost, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1), """
                How long a person may be unseen and keep the identity. Longer survives a pillar in the way and risks mixing people up.
                """),
            Smooth = s.Flag("smooth", defaults.Smooth, "true smooths the joints over time (One-Euro filter): less jitter, a little delay in fast movement."),
        };
        s.Done();
        return settings;
    }
}
