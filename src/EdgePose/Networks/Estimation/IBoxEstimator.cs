using EdgePose.Domain;

namespace EdgePose.Networks.Estimation;

/// <summary>An estimator that can also measure people whose boxes somebody else knows.</summary>
internal interface IBoxEstimator : IPoseEstimator
{
    /// <summary>
    /// Runs only the pose network, on given boxes: one pose for each box in the same order, none dropped, score = box score x mean of the
    /// joint scores above 0.2. Neither uses nor changes what is remembered of the stream.
    /// </summary>
    void EstimateBoxes(Frame frame, ReadOnlySpan<Detection> boxes, PoseList poses);
}
