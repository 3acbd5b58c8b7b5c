using EdgePose.Delivery;
using EdgePose.Delivery.Documents;
using EdgePose.Domain;
using EdgePose.Events;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.Scheduling;
using EdgePose.People;
using EdgePose.People.Skipping;
using EdgePose.People.Tracking;
using EdgePose.Service.Configuration;
using EdgePose.Service.Observe;
using EdgePose.Settings;
using EdgePose.Streams;
using Microsoft.Extensions.Logging;

namespace EdgePose.Service;

/// <summary>One stream on its way through the daemon: from its pictures to its people, and from them to events and messages.</summary>
internal sealed class StreamUnit : IDisposable
{
    private readonly StreamConfig _config;
    private readonly IPoseEstimator _estimator;
    private readonly PeoplePipeline _people;
    private readonly VideoStream _video;
    private readonly Outbox _outbox;
    private readonly EventsUnit _events;
    private readonly TimeProvider _time;
    private readonly StreamHistory _history;

    public StreamUnit(
        StreamConfig config, IPoseEstimator estimator, Tracker? tracker, SkippingSettings skipping, Outbox outbox, EventsUnit events,
        StreamHistory history, StreamObserver observer, Func<string, string> redact, Action wake, Action<StreamUnit> onStatus, TimeProvider time,
        ILogger<StreamSupervisor> logger)
    {
        (_config, _estimator, _outbox, _events, _history, _time) = (config, estimator, outbox, events, history, time);
        Observer = observer;
        _people = new PeoplePipeline(estimator, tracker, skipping) { BeforeTracking = () => observer.Enter(FrameStage.Track) };
        _video = new VideoStream(config.Source with { FrameSize = estimator.PreferredFrame }, history, wake, OnStatus, redact, time, logger);
        Scheduled = new ScheduledStream(config.Id, _video.Slot, Process, config.Scheduled);

        void OnStatus(StreamStatus status)
        {
            observer.Note(status);
            events.StatusChanged(status);
            onStatus(this);
        }
    }

    public string Id => _config.Id;
    public ScheduledStream Scheduled { get; }
    public StreamStatus Status => _video.Status;
    public EventsUnit Events => _events;

    /// <summary>Frames for which no network ran; the people in them were predicted.</summary>
    public long FramesGated => _people.FramesGated;

    /// <summary>Runs of the networks for this stream.</summary>
    public long DetectorRuns => _people.DetectorRuns;
    public long PoseRuns => _people.PoseRuns;

    /// <summary>People listed in frames that did not measure them, summed over the frames.</summary>
    public long PredictedPeople => _people.PredictedPeople;

    public StreamObserver Observer { get; }

    /// <summary>What the source gave, and how often it had to be opened again.</summary>
    public SourceCounters Ingested => _video.Counters;

    /// <summary>Frames per second that the source announces; 0 when unknown.</summary>
    public double SourceFps => _video.AnnouncedFps;

    /// <summary>Reads the source until it ends or <paramref name="stop"/> is set; a stop is not an error.</summary>
    public Task RunAsync(CancellationToken stop)
    {
        _people.ContinueAfter(_history.Track);
        return _video.RunAsync(stop);
    }

    public StreamFigures Counters()
    {
        var account = _video.Slot.Account;
        return new(_video.ReceivedPerSecond(), _video.ProcessedPerSecond(), account.Received, account.Dropped, Scheduled.Ages.Percentile(0.99), Status.Reconnects)
        {
            FramesRefused = account.Refused,
            DecodeErrors = _video.Counters.DecodeErrors,
            PacketsLost = _video.Counters.LostPackets,
            CameraLagMs = _video.CameraLag?.TotalMilliseconds,
        };
    }

    public double DroppedPerSecond() => _video.DroppedPerSecond();

    /// <summary>One frame on the inference thread.</summary>
    public void Process(Frame frame)
    {
        Observer.Begin();
        if (!_people.Process(frame, frame.Info.CapturedTicks / (double)_time.TimestampFrequency, Scheduled.Quality)) { return; }
        _history.Track = Math.Max(_history.Track, _people.LastTrack);
        Observer.Enter(FrameStage.Publish);
        var report = new PoseReport(frame.Info, frame.Width, frame.Height, _estimator.Skeleton, _estimator.Model, _people.People);
        _events.Take(report);
        switch (_config.Publish)
        {
            case PublishScope.Poses: _outbox.Poses(report); break;
            case PublishScope.Nothing: break;
            default: _outbox.People(_config.Id, _people.People.Count); break;
        }
        Observer.End(frame.Info, _people.People.Count);
    }

    public void Dispose() => _video.Dispose();
}
