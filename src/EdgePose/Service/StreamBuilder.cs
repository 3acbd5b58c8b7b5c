using EdgePose.Delivery;
using EdgePose.Domain;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;
using EdgePose.Service.Configuration;
using EdgePose.Service.Observe;
using EdgePose.Settings;
using EdgePose.Streams;
using Microsoft.Extensions.Logging;

namespace EdgePose.Service;

/// <summary>Builds the streams of one configuration: each with its own estimator, tracker and rules, on the networks and the outbox of all.</summary>
internal sealed class StreamBuilder(
    EdgePoseConfig config, ModelStore models, Outbox outbox, PipelineOptions options, Func<string, string> redact, ILoggerFactory loggers, TimeProvider time)
{
    /// <param name="stream">An enabled stream.</param>
    /// <param name="stages">Clock of the inference thread.</param>
    /// <param name="wake">Wakes the inference thread.</param>
    /// <exception cref="UserError">A model is missing, damaged, or does not start.</exception>
    public StreamUnit Build(StreamConfig stream, StageClock stages, Action wake)
    {
        var observer = new StreamObserver(stream.Id, stages, options.Metrics, time);
        var people = StreamPeople.Build(stream, config, models, options.Replace, () => observer.Enter(FrameStage.Track));
        var pose = ConfigCheck.Resolve(stream, models.Catalog).Pose;
        var network = models.Open(pose);
        var events = StreamEvents.Open(stream, config, pose, options.Events ?? StreamEvents.Published(outbox, network), loggers, time);
        var (source, history) = (stream.Source with { FrameSize = people.PreferredFrame }, options.Histories.Of(stream.Id));
        return new StreamUnit(
            stream, onStatus => new VideoStream(source, history, wake, onStatus, redact, time, loggers.CreateLogger<StreamSupervisor>()), people, events,
            outbox, history, observer, time);
    }
}
