using System.Diagnostics;
using EdgePose.Domain;
using EdgePose.Events.Recording;
using EdgePose.Events.Scenes;
using EdgePose.Loops;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Events;

/// <summary>
/// Rules and recording of one stream. Poses come from the inference thread, changes of state from the supervisor; each is judged and
/// recorded under one lock, so that a recording holds what happened in the order in which it was judged.
/// </summary>
internal sealed class EventsUnit : IAsyncDisposable
{
    /// <summary>Both clocks run alike; a larger difference is a step of the wall clock.</summary>
    private const long ClockStep = 20_000;

    /// <summary>Frames that were read before a recording ended are judged by then.</summary>
    private static readonly TimeSpan EndOfFile = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private PublishScope _scope;
    private readonly EventOutputs _outputs;
    private readonly TimeProvider _time;
    private readonly EventEngine _engine;
    private ISceneSink? _recorder;
    private readonly Scene _scene;
    private readonly Supervision _supervision;
    private readonly ITimer _end;
    private long _utcAhead = long.MinValue, _offsetRead = long.MinValue;
    private int _offsetMinutes;
    private bool _open;

    /// <param name="setup">What is judged.</param>
    /// <param name="scope">How much of it leaves the machine.</param>
    /// <param name="recorder">Owned; null = nothing is recorded.</param>
    /// <param name="outputs">Where events go.</param>
    /// <param name="time">Clock of the frames.</param>
    /// <param name="logger">Faults; null = nowhere.</param>
    public EventsUnit(EventSetup setup, PublishScope scope, ISceneSink? recorder, EventOutputs outputs, TimeProvider time, ILogger? logger = null)
    {
        (_scope, _recorder, _outputs, _time) = (scope, recorder, outputs, time);
        _scene = new Scene(setup.Poses.Skeleton);
        _engine = new EventEngine(setup, Raise, (zone, people) => Count(new ZoneCount(setup.Poses.Stream, zone, people)));
        _supervision = new Supervision($"rules of {setup.Poses.Stream}", time, logger ?? NullLogger.Instance);
        _end = _supervision.NewTimer("the end of the recording", Stop, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The rules of a stream, with the recording that is configured or that the outputs tap.</summary>
    /// <param name="header">Says what is known of the poses, and how a recording begins.</param>
    /// <param name="shared">What all rules share.</param>
    /// <param name="stream">Zones, lines and rules.</param>
    /// <param name="scope">How much of it leaves the machine.</param>
    /// <param name="record">Where to record; null = nothing is recorded.</param>
    /// <param name="outputs">Where events go.</param>
    /// <param name="loggers">For the recorder.</param>
    /// <param name="time">Clock of the frames.</param>
    public static EventsUnit Open(
        RecordingHeader header, EventsSettings shared, StreamRules stream, PublishScope scope, RecordSettings? record, EventOutputs outputs,
        ILoggerFactory loggers, TimeProvider time)
    {
        var recorder = outputs.Tap?.Invoke(header) ?? Recorder(header, record, loggers, time);
        return new EventsUnit(EventSetup.Of(header, header.Stream, shared, stream), scope, recorder, outputs, time, loggers.CreateLogger<EventsUnit>());
    }

    /// <summary>A recorder of one stream; null where nothing is recorded.</summary>
    public static ISceneSink? Recorder(RecordingHeader header, RecordSettings? record, ILoggerFactory loggers, TimeProvider time) =>
        record is { Folder.Length: > 0 } ? new KeypointRecorder(record.Of(header.Stream), header, time, loggers.CreateLogger<KeypointRecorder>()) : null;

    /// <summary>Goes on under other rules. What may no longer be told is ended before.</summary>
    public void Change(EventSetup setup, PublishScope scope)
    {
        lock (_gate)
        {
            // Whoever was told a start is told its end.
            if (IsNarrower(scope, _scope)) { _engine.Stop(_scene.Time); }
            _engine.Change(setup, _scene.Time);
            _scope = scope;
        }
    }

    /// <summary>Records elsewhere, or nowhere, from now on.</summary>
    /// <param name="recorder">Owned; null = nothing is recorded.</param>
    public async ValueTask RecordAsync(ISceneSink? recorder)
    {
        ISceneSink? former;
        lock (_gate)
        {
            if (_open) { _recorder?.AddStopped(_scene.Time); }
            (former, _recorder) = (_recorder, recorder);
        }
        if (former is not null) { await former.DisposeAsync().ConfigureAwait(false); }
    }

    private static bool IsNarrower(PublishScope next, PublishScope now) => next switch
    {
        PublishScope.Poses or PublishScope.Events => false,
        PublishScope.CountsOnly => now is PublishScope.Poses or PublishScope.Events,
        PublishScope.Nothing => now != PublishScope.Nothing,
        _ => throw new UnreachableException($"scope {next}"),
    };

    /// <summary>Event messages so far, by type, whether they were published or not.</summary>
    public long Raised(EventType type) => _engine.Raised(type);

    /// <summary>Figures of the recording; null when nothing is recorded.</summary>
    public RecorderStats? Recording => (_recorder as KeypointRecorder)?.Stats;

    /// <summary>Loops and timers, the recording's among them.</summary>
    public IReadOnlyList<Supervision> Supervised => _recorder is KeypointRecorder { Supervision: var recording } ? [_supervision, recording] : [_supervision];

    /// <summary>The people of one frame. Runs on the inference thread; allocates nothing while nothing happens.</summary>
    public void Take(in PoseReport report)
    {
        lock (_gate)
        {
            _scene.Time = At(report.Frame.CapturedTicks, report.Frame.CapturedUtc);
            (_scene.Epoch, _scene.Width, _scene.Height) = (report.Frame.Epoch, report.FrameWidth, report.FrameHeight);
            _scene.Fill(report.People);
            _open = true;
            _recorder?.Add(_scene);
            _engine.Process(_scene);
        }
    }

    /// <summary>A change of the stream's state.</summary>
    public void StatusChanged(StreamStatus status)
    {
        if (status.State is StreamState.Starting or StreamState.Online) { return; }
        if (status.State == StreamState.Disabled)
        {
            _end.Change(EndOfFile, Timeout.InfiniteTimeSpan);
            return;
        }
        lock (_gate)
        {
            var time = At(_time.GetTimestamp(), _time.GetUtcNow());
            var reason = status.Reason.Length > 0 ? status.Reason : System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(status.State.ToString()).Replace('_', ' ');
            if (_engine.StreamLost(time, reason)) { _recorder?.AddLost(time, reason); }
        }
    }

    /// <summary>Ends what is open, at the time of the last frame.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            if (!_open) { return; }
            _open = false;
            _recorder?.AddStopped(_scene.Time);
            _engine.Stop(_scene.Time);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.DisposeAsync().ConfigureAwait(false);
        Stop();
        if (_recorder is not null) { await _recorder.DisposeAsync().ConfigureAwait(false); }
    }

    private Instant At(long ticks, DateTimeOffset utc)
    {
        var microseconds = (long)((Int128)ticks * Instant.PerSecond / _time.TimestampFrequency);
        var ahead = (utc - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond - microseconds;
        if (_utcAhead == long.MinValue || Math.Abs(ahead - _utcAhead) > ClockStep) { _utcAhead = ahead; }
        if (_offsetRead == long.MinValue || Math.Abs(microseconds - _offsetRead) >= 60 * Instant.PerSecond)
        {
            (_offsetMinutes, _offsetRead) = ((int)_time.LocalTimeZone.GetUtcOffset(utc).TotalMinutes, microseconds);
        }
        return new Instant(microseconds, microseconds + _utcAhead, _offsetMinutes);
    }

    private void Raise(PoseEvent raised)
    {
        var allowed = _scope switch
        {
            PublishScope.Nothing => false,
            // Numbers and the stream's own state say nothing about a person.
            PublishScope.CountsOnly => raised.Track is null,
            PublishScope.Events or PublishScope.Poses => true,
            _ => throw new UnreachableException($"scope {_scope}"),
        };
        if (allowed) { _outputs.Raise(raised); }
    }

    private void Count(ZoneCount count)
    {
        if (_scope != PublishScope.Nothing) { _outputs.Count(count); }
    }
}
