using EdgePose.Domain;

namespace EdgePose.Networks.Estimation;

/// <summary>Turns the frames of one stream into poses. One instance per stream: it may remember earlier frames of the same epoch. Not thread-safe.</summary>
internal interface IPoseEstimator
{
    Skeleton Skeleton { get; }

    /// <summary>Name of the pose model, as published.</summary>
    string Model { get; }

    /// <summary>People are found by a detector that runs apart from the pose network.</summary>
    bool HasDetector { get; }

    /// <summary>Somebody was lost or has left: the detector should look again soon.</summary>
    bool WantsDetector { get; }

    /// <summary>Runs of the detector so far.</summary>
    long DetectorRuns { get; }

    /// <summary>Runs of the pose network so far: one a person for top-down models, one (two with flip) a frame for bottom-up ones.</summary>
    long PoseRuns { get; }

    /// <summary>The frame size that saves resampling for a source of the given size; the aspect ratio is kept within a pixel.</summary>
    (int Width, int Height) PreferredFrame(int sourceWidth, int sourceHeight);

    /// <summary>Fills <paramref name="poses"/> (cleared first) with the people in <paramref name="frame"/>, in frame pixels. Everybody is
    /// measured; a detector runs with the configured period.</summary>
    void Estimate(Frame frame, PoseList poses);

    /// <summary>The same for what <paramref name="look"/> asks for. A frame that does not continue the one before is looked at as a whole.</summary>
    void Estimate(Frame frame, Look look, PoseList poses);
}
