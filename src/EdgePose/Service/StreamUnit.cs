using System.Diagnostics;
using EdgePose.Delivery;
using EdgePose.Delivery.Documents;
using EdgePose.Domain;
using EdgePose.Events;
using EdgePose.Loops;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.Scheduling;
using EdgePose.People;
using EdgePose.Service.Configuration;
using EdgePose.Service.Observe;
using EdgePose.Settings;
using EdgePose.Streams;

namespace EdgePose.Service;

/// <summary>One stream on its way through the daemon: from its pictures to its people, and from them to events and messages.</summary>
internal sealed class StreamUnit : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private volatile StreamConfig _config;
    private readonly PeoplePipeline _people;
    private readonly VideoStream _video;
    private readonly CurrentOutbox _outbox;
    private readonly EventsUnit _events;
    private readonly TimeProvider _time;
    private readonly StreamHistory _history;

    /// <param name="config">The stream's part of the configuration.</param>
    /// <param name="video">Makes its source, which reports its states to the given listener.</param>
    /// <param name="people">Finds its people.</param>
    /// <param name="events">Judges them.</param>
    /// <param name="outbox">Takes messages.</param>
    /// <param name="history">The numbers used so far.</param>
    /// <param name="observer">Watches the frames.</param>
    /// <param name="time">Clock of the capture times.</param>
    public StreamUnit(
        StreamConfig config, Func<Action<StreamStatus>, VideoStream> video, PeoplePipeline people, EventsUnit events, CurrentOutbox outbox,
        StreamHistory history, StreamObserver observer, TimeProvider time)
    {
        (_config, _people, _outbox, _events, _history, _time) = (config, people, outbox, events, history, time);
        Observer = observer;
        _video = video(OnStatus);
        Scheduled = new ScheduledStream(config.Id, _video.Slot, Process, config.Scheduled);
    }

    public string Id => _config.Id;
    public StreamConfig Config => _config;

    /// <summary>The networks that it runs on.</summary>
    public required StreamModels Models { get; init; }

    /// <summary>Completes when there is nothing left to read, or after <see cref="EndAsync"/>.</summary>
    public Task Running { get; private set; } = Task.CompletedTask;
    public ScheduledStream Scheduled { get; }
    public StreamStatus Status => _video.Status;
    public EventsUnit Events => _events;

    /// <summary>Joint layout of its poses.</summary>
    public Skeleton Skeleton => _people.Skeleton;

    /// <summary>Its loops and timers.</summary>
    public IReadOnlyList<Supervision> Supervised => [_video.Supervision, .. _events.Supervised];

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

    /// <param name="read">How it gets its frames; null = from its source.</param>
    public void Start(Func<StreamUnit, CancellationToken, Task>? read = null) => Running = read is null ? RunAsync(_stop.Token) : read(this, _stop.Token);

    /// <summary>Ends the source; ffmpeg is gone afterwards.</summary>
    public async Task EndAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Running.ConfigureAwait(false);
    }

    /// <summary>Goes on under another configuration that differs only in what a running stream can change.</summary>
    public void Change(StreamConfig config) => _config = config;

    /// <summary>Reads the source until it ends or <paramref name="stop"/> is set; a stop is not an error.</summary>
    public Task RunAsync(CancellationToken stop)
    {
        _people.ContinueAfter(_history.Track);
        return _video.RunAsync(stop);
    }

    public StreamFigures Counters()
    {
        var account = _video.Slot.Account;
        return new(_video.ReceivedPerSecond(), _video.ProcessedPerSecond(), account.Received, account.Dropped, FrameAgeP99Ms(), Status.Reconnects)
        {
            FramesRefused = account.Refused,
            DecodeErrors = _video.Counters.DecodeErrors,
            PacketsLost = _video.Counters.LostPackets,
            CameraLagMs = _video.CameraLag?.TotalMilliseconds,
        };
    }

    /// <summary>The times of a recording that is read as fast as possible are its own, so that its frames have no age.</summary>
    private double FrameAgeP99Ms() => _video.Slot.IsLossless ? 0 : Math.Max(0, Scheduled.Ages.Percentile(0.99));

    /// <summary>Publishes the state and its figures.</summary>
    /// <param name="urgent">As <see cref="Outbox.SetStream"/>.</param>
    public void PublishState(bool urgent = false) => _outbox.Now.SetStream(Id, Status, Counters(), urgent);

    public double DroppedPerSecond() => _video.DroppedPerSecond();

    /// <summary>One frame on the inference thread.</summary>
    public void Process(Frame frame)
    {
        Observer.Begin();
        if (!_people.Process(frame, frame.Info.CapturedTicks / (double)_time.TimestampFrequency, Scheduled.Quality)) { return; }
        _history.Track = Math.Max(_history.Track, _people.LastTrack);
        Observer.Enter(FrameStage.Publish);
        var report = new PoseReport(frame.Info, frame.Width, frame.Height, _people.Skeleton, _people.Model, _people.People);
        _events.Take(report);
        var (outbox, scope) = (_outbox.Now, _config.Publish);
        switch (scope)
        {
            case PublishScope.Poses: outbox.Poses(report); break;
            case PublishScope.Nothing: break;
            case PublishScope.Events or PublishScope.CountsOnly: outbox.People(Id, _people.People.Count); break;
            default: throw new UnreachableException($"publish {scope}");
        }
        Observer.End(frame.Info, _people.People.Count);
    }

    private void OnStatus(StreamStatus status)
    {
        Observer.Note(status);
        _events.StatusChanged(status);
        PublishState();
    }

    public void Dispose()
    {
        _video.Dispose();
        _stop.Dispose();
    }
}
