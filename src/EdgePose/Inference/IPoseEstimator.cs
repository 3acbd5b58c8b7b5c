using EdgePose.Domain;

namespace EdgePose.Inference;

/// <summary>Turns the frames of one stream into poses. One instance per stream: it may remember earlier frames of the same epoch. Not thread-safe.</summary>
internal interface IPoseEstimator
{
    Skeleton Skeleton { get; }

    /// <summary>Name of the pose model, as published.</summary>
    string Model { get; }

    /// <summary>The frame size that saves resampling for a source of the given size; the aspect ratio is kept within a pixel.</summary>
    (int Width, int Height) PreferredFrame(int sourceWidth, int sourceHeight);

    /// <summary>Fills <paramref name="poses"/> (cleared first) with the people in <paramref name="frame"/>, in frame pixels.</summary>
    void Estimate(Frame frame, PoseList poses);
}
