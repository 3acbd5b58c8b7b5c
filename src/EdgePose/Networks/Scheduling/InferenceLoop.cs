using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using EdgePose.Domain;
using EdgePose.Loops;
using EdgePose.Networks.Runtime;
using Microsoft.Extensions.Logging;

namespace EdgePose.Networks.Scheduling;

/// <summary>
/// The one thread of an inference device. Which frame is next is the scheduler's decision; the thread sleeps while none waits. An
/// exception in one frame is counted and logged and never reaches another stream.
/// </summary>
internal sealed partial class InferenceLoop(
    IReadOnlyList<ScheduledStream> streams, TimeProvider time, ILogger<InferenceLoop> logger, SchedulingSettings? options = null) : IDisposable
{
    /// <summary>Name of the thread on which every network runs.</summary>
    public const string ThreadName = "inference";

    /// <summary>No network of the supported families needs this long for one frame, not even on the slowest board.</summary>
    private static readonly TimeSpan ShortestHang = TimeSpan.FromSeconds(15);

    /// <summary>A run that was ended in time is one miss; a device on which the next one hangs as well needs a restart.</summary>
    private const int MissesOfAHang = 2;
    private static readonly TimeSpan FailureLogInterval = TimeSpan.FromSeconds(1);

    private readonly SchedulingSettings _options = options ?? new SchedulingSettings();
    private readonly ManualResetEventSlim _wake = new();
    private IReadOnlyList<ScheduledStream> _streams = streams;
    private DeviceScheduler? _scheduler;
    private StreamsChange? _change;
    private SupervisedLoop? _loop;
    private long _lastProgress = time.GetTimestamp();
    private long _lastFailureLog;
    private long _unloggedFailures;
    private int _missesInARow;

    /// <summary>Time since the thread last finished a frame or found nothing to do.</summary>
    public TimeSpan SinceProgress => time.GetElapsedTime(Interlocked.Read(ref _lastProgress));

    /// <summary>True while the device is not to be trusted: two runs in a row took longer than they may, or one does not return at all.</summary>
    public bool IsHung => Volatile.Read(ref _missesInARow) >= MissesOfAHang || SinceProgress >= HangAfter;

    /// <summary>How the device fares; all zero before the start.</summary>
    public DeviceLoad Load => Volatile.Read(ref _scheduler)?.Load ?? default;

    /// <summary>True when the thread runs no network any more, so that the networks may be disposed.</summary>
    public bool HasEnded => _loop is not { Completion.IsCompleted: false };

    /// <summary>The loop of the thread.</summary>
    public Supervision Supervision { get; } = new("inference", time, logger);

    private TimeSpan HangAfter => 3 * _options.RunDeadline > ShortestHang ? 3 * _options.RunDeadline : ShortestHang;

    /// <summary>To be called after a frame was put into a slot.</summary>
    public void Wake() => _wake.Set();

    public void Start()
    {
        Volatile.Write(ref _scheduler, new DeviceScheduler(_streams, _options, time));
        _loop = SupervisedLoop.OnThread("taking frames", Run, Supervision, time, ThreadName, isVital: true);
        _loop.Start();
    }

    /// <summary>Serves these streams from now on. Completes when the thread touches none of the others any more.</summary>
    public Task ChangeAsync(IReadOnlyList<ScheduledStream> next)
    {
        _streams = next;
        if (HasEnded) { return Task.CompletedTask; }
        var change = new StreamsChange(next);
        Interlocked.Exchange(ref _change, change);
        Wake();
        return change.Done.Task;
    }

    /// <summary>Stops after the frame in work; false when that takes longer than <paramref name="limit"/>.</summary>
    public bool Stop(TimeSpan limit)
    {
        _loop?.Cancel();
        return Ended(limit);
    }

    // Not awaited: whoever stops the networks has nothing else to do until they stand.
    private bool Ended(TimeSpan limit) => _loop is not { } loop || ((IAsyncResult)loop.Completion).AsyncWaitHandle.WaitOne(limit);

    private void Run(CancellationToken stop)
    {
        var scheduler = _scheduler!;
        while (!stop.IsCancellationRequested)
        {
            _wake.Reset();
            if (Interlocked.Exchange(ref _change, null) is { } change)
            {
                scheduler.Change(change.Streams);
                change.Done.SetResult();
            }
            if (scheduler.LookIfDue())
            {
                var load = scheduler.Load;
                LogStep(load.Step, Ladder.Last, Demand(load.Utilisation));
            }
            var busy = scheduler.TryNext(out var turn);
            if (busy) { scheduler.Finish(turn, Process(turn.State.Stream, turn.Frame)); }
            Interlocked.Exchange(ref _lastProgress, time.GetTimestamp());
            if (busy) { continue; }
            try { _wake.Wait(LoadController.Period, stop); }
            catch (OperationCanceledException) { return; }
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The supervisor boundary of the inference thread: one bad frame must not stop another stream.")]
    private FrameOutcome Process(ScheduledStream stream, Frame frame)
    {
        try
        {
            stream.Run(frame, time);
            Volatile.Write(ref _missesInARow, 0);
            return FrameOutcome.Processed;
        }
        catch (RunDeadlineException e)
        {
            stream.CountMissed();
            stream.LastFailure = e.Message;
            Volatile.Write(ref _missesInARow, _missesInARow + 1);
            LogMissed(stream.Id, frame.Info.Sequence, e.Message, _missesInARow);
            return FrameOutcome.Missed;
        }
        catch (Exception e)
        {
            Volatile.Write(ref _missesInARow, 0);
            stream.LastFailure = e is UserError ? e.Message : $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}";
            LogLimited(stream, frame, e);
            return FrameOutcome.Failed;
        }
        finally
        {
            frame.Dispose();
        }
    }

    /// <summary>Other streams, on their way to the thread.</summary>
    private sealed record StreamsChange(IReadOnlyList<ScheduledStream> Streams)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>What is asked of the device, in words that still mean something far beyond what it can do.</summary>
    internal static string Demand(double utilisation) => utilisation < 2
        ? string.Create(CultureInfo.InvariantCulture, $"inference is asked for {100 * utilisation:0} % of its time")
        : string.Create(CultureInfo.InvariantCulture, $"inference is asked for {utilisation:0} times what it can do");

    private void LogLimited(ScheduledStream stream, Frame frame, Exception e)
    {
        _unloggedFailures++;
        if (_lastFailureLog != 0 && time.GetElapsedTime(_lastFailureLog) < FailureLogInterval) { return; }
        LogFailure(stream.Id, frame.Info.Sequence, _unloggedFailures, stream.LastFailure);
        LogFailureDetail(stream.Id, frame.Info.Sequence, e);
        (_lastFailureLog, _unloggedFailures) = (time.GetTimestamp(), 0);
    }

    public void Dispose()
    {
        _loop?.Cancel();
        // The handle stays alive while the thread may still wait on it.
        if (!Ended(TimeSpan.FromSeconds(2))) { return; }
        _wake.Dispose();
        _loop?.Dispose();
    }
}
