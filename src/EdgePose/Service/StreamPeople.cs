using EdgePose.Networks;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Models;
using EdgePose.Networks.TopDown;
using EdgePose.People;
using EdgePose.Service.Configuration;
using EdgePose.Settings;

namespace EdgePose.Service;

/// <summary>From the frames of one stream to its people, as it is configured: what the daemon runs, and what an evaluation measures.</summary>
internal static class StreamPeople
{
    /// <param name="stream">The stream.</param>
    /// <param name="config">What all streams share.</param>
    /// <param name="models">Opens its networks, or has them open.</param>
    /// <param name="replace">Another estimator instead of the usual one, of which it gets the detector.</param>
    /// <param name="beforeTracking">As <see cref="PeoplePipeline.BeforeTracking"/>.</param>
    /// <exception cref="UserError">A model is missing, damaged, or does not start.</exception>
    public static PeoplePipeline Build(
        StreamConfig stream, EdgePoseConfig config, ModelStore models, Func<IPoseEstimator, PersonDetector?, IPoseEstimator>? replace = null, Action? beforeTracking = null)
    {
        var (pose, detecting) = ConfigCheck.Resolve(stream, models.Catalog);
        var network = models.Open(pose);
        var detector = detecting is null ? null : EstimatorFactory.Detector(models.Open(detecting), stream.Pose.DetectorScore);
        var (tracking, threshold) = (config.Tracking, pose.Decode.JointThreshold);
        var estimator = EstimatorFactory.ForStream(network, detector, stream.Pose, stream.MaxSize, tracking.Enabled);
        estimator = replace?.Invoke(estimator, detector) ?? estimator;
        return new PeoplePipeline(estimator, stream.Tracker(tracking, threshold), stream.Planning(tracking, threshold), config.Listing) { BeforeTracking = beforeTracking };
    }
}
