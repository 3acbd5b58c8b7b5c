using EdgePose.Delivery;
using EdgePose.Domain;
using EdgePose.Events;
using EdgePose.Events.Recording;
using EdgePose.Events.Scenes;
using EdgePose.Networks;
using EdgePose.Networks.Families;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.TopDown;
using EdgePose.People.Tracking;
using EdgePose.Service.Configuration;
using EdgePose.Service.Observe;
using EdgePose.Streams;
using Microsoft.Extensions.Logging;

namespace EdgePose.Service;

/// <summary>Makes a stream from its configuration: networks opened, estimator, tracker, rules and recorder around them.</summary>
internal sealed class StreamFactory(
    EdgePoseConfig config, ModelStore models, Outbox outbox, PipelineOptions options, Redactor redactor, ILoggerFactory loggers, TimeProvider time)
{
    /// <param name="stream">Its configuration.</param>
    /// <param name="stages">The clock of the device that it is processed on.</param>
    /// <param name="wake">Tells the device that a frame is there.</param>
    /// <param name="onStatus">Told when the state of the stream has changed.</param>
    /// <exception cref="UserError">A model is missing, damaged, or does not start.</exception>
    public StreamUnit Create(StreamConfig stream, StageClock stages, Action wake, Action<StreamUnit> onStatus)
    {
        var observer = new StreamObserver(stream.Id, stages, options.Metrics, time);
        var (pose, detector) = ConfigCheck.Resolve(stream, models.Catalog);
        var (skeleton, network) = (Skeletons.Get(pose.Skeleton), models.Open(pose));
        var finder = detector is null ? null : EstimatorFactory.Detector(models.Open(detector), stream.Pose.DetectorScore);
        var estimator = finder is null
            ? EstimatorFactory.WholeFrame(network, BottomUpOptions.For(stream.Pose, config.Tracking.Enabled))
            : EstimatorFactory.TopDown(network, finder, TopDownOptions.For(stream.Pose, stream.MaxSize, config.Tracking.Enabled));
        estimator = options.Replace?.Invoke(estimator, finder) ?? estimator;
        var tracker = config.Tracking.Enabled ? new Tracker(skeleton, stream.Tracker(config.Tracking, pose.Decode.JointThreshold)) : null;
        var poses = new PoseFacts(stream.Id, skeleton)
        {
            JointThreshold = pose.Decode.JointThreshold, LostAfter = PoseFacts.WaitFor(config.Tracking.MaxLost),
        };
        var header = RecordingHeader.Begin(poses) with { Model = pose.Name, ConfigHash = config.Hash, Program = Versions.Self };
        var outputs = options.Events ?? PublishedEvents.Of(network, outbox);
        var events = EventsUnit.Open(header, config.Events, stream.Events, stream.Publish, stream.Record ? config.Record : null, outputs, loggers, time);
        return new StreamUnit(
            stream, estimator, tracker, stream.Planning(config.Tracking, pose.Decode.JointThreshold), outbox, events,
            options.Histories.Of(stream.Id), observer, redactor.Redact, wake, onStatus, time,
            loggers.CreateLogger<StreamSupervisor>());
    }
}
