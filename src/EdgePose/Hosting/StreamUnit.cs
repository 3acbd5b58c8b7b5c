using EdgePose.Config;
using EdgePose.Domain;
using EdgePose.Hosting.Events;
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
    private readonly EventsUnit _events;
    private readonly TimeProvider _time;
    private readonly PoseList _poses;
    private readonly TrackedPoseList _people;
    private readonly FrameSlot _slot;
    private readonly StreamSupervisor _supervisor;
    private readonly RateMeter _received, _processed;
    private readonly StreamHistory _history;
    private long _firstTrack;

    public StreamUnit(
        StreamConfig config, IPoseEstimator estimator, Tracker? tracker, Publisher publisher, EventsUnit events, StreamHistory history, Func<string, string> redact,
        Action wake, Action<StreamUnit> onStatus, TimeProvider time, ILogger<StreamSupervisor> logger)
    {
        (_config, _estimator, _tracker, _publisher, _events, _history, _time) = (config, estimator, tracker, publisher, events, history, time);
        _poses = new PoseList(estimator.Skeleton.Count);
        _people = new TrackedPoseList(estimator.Skeleton.Count);
        var source = Mapping.Source(config, estimator.PreferredFrame);
        _slot = new FrameSlot(source.Lossless ? FullPolicy.Wait : FullPolicy.NewestWins, wake);
        _supervisor = new StreamSupervisor(source, _slot, OnStatus, redact, time, logger);
        Lane = new Lane(config.Id, _slot, Process, Mapping.Lane(config));
        _received = new RateMeter(() => _slot.Received, time);
        _processed = new RateMeter(() => Lane.Processed, time);

        void OnStatus(StreamStatus status)
        {
            events.StatusChanged(status);
            onStatus(this);
        }
    }

    public string Id => _config.Id;
    public Lane Lane { get; }
    public StreamStatus Status => _supervisor.Status;
    public EventsUnit Events => _events;

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

    public Publish.StreamCounters Counters()
    {
        var account = _slot.Account;
        return new(_received.PerSecond(), _processed.PerSecond(), account.Received, account.Dropped, Lane.Ages.Percentile(0.99), Status.Reconnects)
        {
            FramesRefused = account.Refused,
            DecodeErrors = _supervisor.Counters.DecodeErrors,
            PacketsLost = _supervisor.Counters.LostPackets,
            CameraLagMs = _supervisor.Sender?.Lag?.TotalMilliseconds,
        };
    }

    /// <summary>One frame on the inference thread.</summary>
    public void Process(Frame frame)
    {
        _estimator.Estimate(frame, _poses);
        if (_tracker is null) { CopyUntracked(); }
        else
        {
            var seconds = frame.Info.CapturedTicks / (double)_time.TimestampFrequency;
            _tracker.Update(_poses, frame.Info.Epoch, seconds, _people);
            ContinueTracks();
        }
        var report = new PoseReport(frame.Info, frame.Width, frame.Height, _estimator.Skeleton, _estimator.Model, _people);
        _events.Take(report);
        switch (_config.Publish)
        {
            case PublishScope.Poses: _publisher.Poses(report); break;
            case PublishScope.Nothing: break;
            default: _publisher.People(_config.Id, _people.Count); break;
        }
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
