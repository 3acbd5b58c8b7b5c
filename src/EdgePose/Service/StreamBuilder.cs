using EdgePose.Domain;
using EdgePose.Networks.Runtime;
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
        var people = StreamPeople.Build(stream, config, inference.Models, options.Replace, () => observer.Enter(FrameStage.Track));
        var events = StreamEvents.Open(stream, config, networks.Pose, options.Events ?? StreamEvents.Published(outbox, network), loggers, time);
        var (source, history) = (stream.Source with { FrameSize = people.PreferredFrame }, options.Histories.Of(stream.Id));
        return new StreamUnit(
            stream, onStatus => new VideoStream(source, history, inference.Loop.Wake, onStatus, redact, time, _log, _gate), people, events,
            outbox, history, observer, time)
        { Models = networks };
    }
}
