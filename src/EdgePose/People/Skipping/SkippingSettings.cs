using EdgePose.Settings;

namespace EdgePose.People.Skipping;

/// <summary>
/// When the networks of a stream may leave out a frame: the section <c>skipping</c>, at the top level and again in a stream, which inherits
/// what it does not set. Durations, not frames, so that one set serves every frame rate.
/// </summary>
internal sealed record SkippingSettings
{
    public static readonly Doc About = """
        Which frames the networks may leave out: nothing is looked at where nothing moves, and a slow person less often than a fast one. In between,
        people are predicted; each published person says whether the pose was measured, propagated or held, and how long ago. Skipping saves most at
        high frame rates and in quiet scenes; a camera that pans gains little. A stream can override each of these keys. Recordings that are read
        with pace: max are always measured frame by frame.
        """;

    private static readonly TimeSpan LeastGap = TimeSpan.FromMilliseconds(50), MostGap = TimeSpan.FromSeconds(10), MostPeriod = TimeSpan.FromSeconds(1);

    /// <summary>False: every frame is looked at, as far as the load controller permits.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Leave out people and places in which the picture shows no motion.</summary>
    public bool Gate { get; init; } = true;

    /// <summary>The detector runs on every N-th frame while something moves.</summary>
    public int DetectEvery { get; init; } = 5;

    /// <summary>Longest time between two looks for people everywhere.</summary>
    public TimeSpan DetectorGap { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time until somebody who stopped moving is measured again. It doubles while nothing changes, up to
    /// <see cref="DetectorGap"/> and never beyond <see cref="MaxLost"/>.</summary>
    public TimeSpan PoseGap { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest time between two measurements of somebody who moves; 0 = measured in every frame.</summary>
    public TimeSpan MaxPosePeriod { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Move people on between measurements, by optical flow where it finds their joints.</summary>
    public bool Propagate { get; init; } = true;

    /// <summary>How long the tracker remembers an unseen person.</summary>
    public TimeSpan MaxLost { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>Smallest joint score that counts as seen, on the pose model's own scale.</summary>
    public float JointThreshold { get; init; } = 0.3f;

    public static SkippingSettings Read(Section s, SkippingSettings inherited)
    {
        var settings = inherited with
        {
            Enabled = s.Flag("enabled", inherited.Enabled, "false measures every frame."),
            Gate = s.Flag("gate", inherited.Gate, """
                true compares each frame with what the networks saw last and leaves them out where the frame shows no motion beyond the noise of the
                camera. false saves the comparison, about half a millisecond a frame; bottom-up models then run on every frame.
                """),
            DetectorGap = s.Duration("detector_gap", inherited.DetectorGap, LeastGap, MostGap, """
                Longest time between two searches for new people, also where nothing seems to move. Motion outside the known people starts a search
                at once.
                """),
            PoseGap = s.Duration("pose_gap", inherited.PoseGap, LeastGap, MostGap, """
                Longest time until a person who does not move is measured again. It doubles while the person rests, up to detector_gap, and never
                exceeds tracking.max_lost.
                """),
            MaxPosePeriod = s.Duration("max_pose_period", inherited.MaxPosePeriod, TimeSpan.Zero, MostPeriod, """
                Longest time between two measurements of a person who moves; they are measured earlier when they have gone 3 % of their height. 0s
                measures everybody who moves in every frame.
                """),
            Propagate = s.Flag("propagate", inherited.Propagate, """
                true moves people on between measurements: their joints by optical flow in the picture, and at their speed where it finds none.
                false repeats the last pose.
                """),
        };
        s.Done();
        return settings;
    }
}
