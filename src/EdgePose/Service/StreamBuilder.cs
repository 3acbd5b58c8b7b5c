using EdgePose.Domain;
using EdgePose.Networks;
using EdgePose.Networks.Runtime;
using EdgePose.People;
using EdgePose.People.Tracking;
using EdgePose.Service.Configuration;
using EdgePose.Service.Observe;
using EdgePose.Settings;
using EdgePose.Streams;
using Microsoft.Extensions.Logging;

namespace EdgePose.Service;

/// <summary>Builds the streams of one configuration: each with its own estimator, tracker and rules, on the networks and the outbox of all.</summary>
internal sealed class StreamBuilder(
    EdgePoseConfig config, InferenceUnit inference, CurrentOutbox outbox, PipelineOptions options, Func<string, string> redact, ILoggerFactory loggers,
    TimeProvider time)
{
    private readonly ConnectGate _gate = new(ConnectGate.Places, time);
    private readonly CrowdLog _log = new(loggers.CreateLogger<StreamSupervisor>(), time);

    /// <param name="stream">An enabled stream.</param>
    /// <param name="stop">Given up between two networks.</param>
    /// <exception cref="UserError">A model is missing, damaged, or does not start.</exception>
    /// <exception cref="OperationCanceledException">Told to stop; a network that is being opened is waited for.</exception>
    public StreamUnit Build(StreamConfig stream, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var (observer, networks) = (new StreamObserver(stream.Id, inference.Stages, options.Metrics, time), ConfigCheck.Resolve(stream, inference.Models.Catalog));
        var network = inference.Models.Open(networks.Pose);
        stop.ThrowIfCancellationRequested();
        var people = People(stream, network, networks.Detector is null ? null : inference.Models.Open(networks.Detector), observer);
        var events = StreamEvents.Open(stream, config, networks.Pose, options.Events ?? StreamEvents.Published(outbox, network), loggers, time);
        var (source, history) = (stream.Source with { FrameSize = people.PreferredFrame }, options.Histories.Of(stream.Id));
        return new StreamUnit(
            stream, onStatus => new VideoStream(source, history, inference.Loop.Wake, onStatus, redact, time, _log, _gate), people, events,
            outbox, history, observer, time) { Models = networks };
    }

    private PeoplePipeline People(StreamConfig stream, OrtSession network, OrtSession? detectorNetwork, StreamObserver observer)
    {
        var (tracking, threshold) = (config.Tracking, network.Descriptor.Decode.JointThreshold);
        var detector = detectorNetwork is null ? null : EstimatorFactory.Detector(detectorNetwork, stream.Pose.DetectorScore);
        var estimator = EstimatorFactory.ForStream(network, detector, stream.Pose, stream.MaxSize, tracking.Enabled);
        estimator = options.Replace?.Invoke(estimator, detector) ?? estimator;
        var tracker = tracking.Enabled ? new Tracker(estimator.Skeleton, stream.Tracker(tracking, threshold)) : null;
        return new PeoplePipeline(estimator, tracker, stream.Planning(tracking, threshold)) { BeforeTracking = () => observer.Enter(FrameStage.Track) };
    }
}
