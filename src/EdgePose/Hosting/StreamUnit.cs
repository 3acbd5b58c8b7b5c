using EdgePose.Config;
using EdgePose.Domain;
using EdgePose.Hosting.Observation;
using EdgePose.Inference;
using EdgePose.Ingest;
using EdgePose.Publish;
using EdgePose.Tracking;
using Microsoft.Extensions.Logging;

namespace EdgePose.Hosting;

/// <summary>Everything that belongs to one stream: its supervisor, slot, estimator, tracker, and their figures.</summary>
internal sealed class StreamUnit : IDisposable
{
    private readonly StreamConfig _config;
    private readonly IPoseEstimator _estimator;
    private readonly Tracker? _tracker;
    private readonly Publisher _publisher;
    private readonly TimeProvider _time;
    private readonly PoseList _poses;
    private readonly TrackedPoseList _people;
    private readonly FrameSlot _slot;
    private readonly StreamSupervisor _supervisor;
    private readonly RateMeter _received, _processed, _dropped;
    private readonly StreamHistory _history;
    private long _firstTrack;

    public StreamUnit(
        StreamConfig config, IPoseEstimator estimator, Tracker? tracker, Publisher publisher, StreamHistory history, StreamObserver observer, Func<string, string> redact,
        Action wake, Action<StreamUnit> onStatus, TimeProvider time, ILogger<StreamSupervisor> logger)
    {
        (_config, _estimator, _tracker, _publisher, _history, _time) = (config, estimator, tracker, publisher, history, time);
        Observer = observer;
        _poses = new PoseList(estimator.Skeleton.Count);
        _people = new TrackedPoseList(estimator.Skeleton.Count);
        var source = Mapping.Source(config, estimator.PreferredFrame);
        _slot = new FrameSlot(source.Lossless ? FullPolicy.Wait : FullPolicy.NewestWins, wake);
        _supervisor = new StreamSupervisor(source, _slot, status => { observer.Note(status); onStatus(this); }, redact, time, logger);
        Lane = new Lane(config.Id, _slot, Process);
        _received = new RateMeter(() => _supervisor.Counters.Received, time);
        _processed = new RateMeter(() => Lane.Processed, time);
        _dropped = new RateMeter(() => Dropped, time);
    }

    public string Id => _config.Id;
    public Lane Lane { get; }
    public StreamStatus Status => _supervisor.Status;
    public StreamObserver Observer { get; }

    /// <summary>What the source gave, and how often it had to be opened again.</summary>
    public Ingest.StreamCounters Ingested => _supervisor.Counters;

    /// <summary>Frames per second that the source announces; 0 when unknown.</summary>
    public double SourceFps => _supervisor.Format?.FramesPerSecond ?? 0;

    private long Dropped => _slot.Dropped + _supervisor.Counters.DroppedNoBuffer;

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

    public Publish.StreamCounters Counters() => new(
        _received.PerSecond(), _processed.PerSecond(), _supervisor.Counters.Received, Dropped,
        Lane.Ages.Percentile(0.99), Status.Reconnects);

    public double DroppedPerSecond() => _dropped.PerSecond();

    /// <summary>One frame on the inference thread.</summary>
    private void Process(Frame frame)
    {
        Observer.Begin();
        _estimator.Estimate(frame, _poses);
        Observer.Enter(Stage.Track);
        if (_tracker is null) { CopyUntracked(); }
        else
        {
            var seconds = frame.Info.CapturedTicks / (double)_time.TimestampFrequency;
            _tracker.Update(_poses, frame.Info.Epoch, seconds, _people);
            ContinueTracks();
        }
        Observer.Enter(Stage.Publish);
        _publisher.Poses(new PoseReport(frame.Info, frame.Width, frame.Height, _estimator.Skeleton, _estimator.Model, _people));
        Observer.End(frame.Info, _people.Count);
    }

    /// <summary>A tracker counts from 1; the ids of earlier trackers of this stream lie below.</summary>
    private void ContinueTracks()
    {
        for (var i = 0; i < _people.Count; i++)
        {
            _people[i].Track += _firstTrack;
            _history.Track = Math.Max(_history.Track, _people[i].Track);
        }
    }

    /// <summary>Without tracking every person of every frame is a new one.</summary>
    private void CopyUntracked()
    {
        _people.Clear();
        for (var i = 0; i < _poses.Count; i++)
        {
            var (pose, person) = (_poses[i], _people.Add());
            pose.Points.CopyTo(person.Points, 0);
            (person.Track, person.Score, person.Box, person.Source, person.AgeMs) = (++_history.Track, pose.Score, pose.Box, PoseSource.Measured, 0);
        }
    }

    public void Dispose() => _slot.Dispose();
}
