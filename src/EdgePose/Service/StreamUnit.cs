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
using EdgePose.Service.Observe;
using EdgePose.Settings;
using EdgePose.Streams;
using Microsoft.Extensions.Logging;

namespace EdgePose.Service;

/// <summary>Everything that belongs to one stream: its supervisor, slot, estimator, tracker, and their figures.</summary>
internal sealed class StreamUnit : IDisposable
{
    private readonly StreamConfig _config;
    private readonly IPoseEstimator _estimator;
    private readonly PeoplePipeline _stages;
    private readonly Outbox _outbox;
    private readonly EventsUnit _events;
    private readonly TimeProvider _time;
    private readonly FrameSlot _slot;
    private readonly StreamSupervisor _supervisor;
    private readonly RateMeter _received, _processed, _dropped;
    private readonly StreamHistory _history;
    private long _firstTrack;

    public StreamUnit(
        StreamConfig config, IPoseEstimator estimator, Tracker? tracker, SkippingOptions skipping, Outbox outbox, EventsUnit events,
        StreamHistory history, StreamObserver observer, Func<string, string> redact, Action wake, Action<StreamUnit> onStatus, TimeProvider time,
        ILogger<StreamSupervisor> logger)
    {
        (_config, _estimator, _outbox, _events, _history, _time) = (config, estimator, outbox, events, history, time);
        Observer = observer;
        _stages = new PeoplePipeline(estimator, tracker, skipping) { BeforeTracking = () => observer.Enter(FrameStage.Track) };
        var source = Mapping.Source(config, estimator.PreferredFrame);
        _slot = new FrameSlot(source.Lossless ? FullPolicy.Wait : FullPolicy.NewestWins, wake);
        _supervisor = new StreamSupervisor(source, _slot, OnStatus, redact, time, logger);
        Scheduled = new ScheduledStream(config.Id, _slot, Process, Mapping.Scheduled(config));
        _received = new RateMeter(() => _slot.Received, time);
        _processed = new RateMeter(() => Scheduled.Processed, time);
        _dropped = new RateMeter(() => _slot.Dropped, time);

        void OnStatus(StreamStatus status)
        {
            observer.Note(status);
            events.StatusChanged(status);
            onStatus(this);
        }
    }

    public string Id => _config.Id;
    public ScheduledStream Scheduled { get; }
    public StreamStatus Status => _supervisor.Status;
    public EventsUnit Events => _events;

    /// <summary>Frames for which no network ran; the people in them were predicted.</summary>
    public long FramesGated => _stages.FramesGated;

    /// <summary>Runs of the networks for this stream.</summary>
    public long DetectorRuns => _stages.DetectorRuns;
    public long PoseRuns => _stages.PoseRuns;

    /// <summary>People listed in frames that did not measure them, summed over the frames.</summary>
    public long PredictedPeople => _stages.PredictedPeople;

    public StreamObserver Observer { get; }

    /// <summary>What the source gave, and how often it had to be opened again.</summary>
    public SourceCounters Ingested => _supervisor.Counters;

    /// <summary>Frames per second that the source announces; 0 when unknown.</summary>
    public double SourceFps => _supervisor.Format?.FramesPerSecond ?? 0;

    /// <summary>Reads the source until it ends or <paramref name="stop"/> is set; a stop is not an error.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        _supervisor.ContinueAfter(_history.Epoch, _history.Sequence);
        _firstTrack = _history.Track;
        try { await _supervisor.RunAsync(stop).ConfigureAwait(false); }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The supervisor's way to say that ffmpeg is gone.
            return;
        }
        finally
        {
            (_history.Epoch, _history.Sequence) = (Status.Epoch, _supervisor.NextSequence);
        }
    }

    public StreamFigures Counters()
    {
        var account = _slot.Account;
        return new(_received.PerSecond(), _processed.PerSecond(), account.Received, account.Dropped, Scheduled.Ages.Percentile(0.99), Status.Reconnects)
        {
            FramesRefused = account.Refused,
            DecodeErrors = _supervisor.Counters.DecodeErrors,
            PacketsLost = _supervisor.Counters.LostPackets,
            CameraLagMs = _supervisor.Sender?.Lag?.TotalMilliseconds,
        };
    }

    public double DroppedPerSecond() => _dropped.PerSecond();

    /// <summary>One frame on the inference thread.</summary>
    public void Process(Frame frame)
    {
        Observer.Begin();
        if (!_stages.Process(frame, frame.Info.CapturedTicks / (double)_time.TimestampFrequency, Scheduled.Quality)) { return; }
        ContinueTracks(_stages.People);
        Observer.Enter(FrameStage.Publish);
        var report = new PoseReport(frame.Info, frame.Width, frame.Height, _estimator.Skeleton, _estimator.Model, _stages.People);
        _events.Take(report);
        switch (_config.Publish)
        {
            case PublishScope.Poses: _outbox.Poses(report); break;
            case PublishScope.Nothing: break;
            default: _outbox.People(_config.Id, _stages.People.Count); break;
        }
        Observer.End(frame.Info, _stages.People.Count);
    }

    /// <summary>The stages count tracks from 1; the ids of earlier stages of this stream lie below.</summary>
    private void ContinueTracks(TrackedPoseList people)
    {
        for (var i = 0; i < people.Count; i++)
        {
            people[i].Track += _firstTrack;
            _history.Track = Math.Max(_history.Track, people[i].Track);
        }
    }

    public void Dispose() => _slot.Dispose();
}
