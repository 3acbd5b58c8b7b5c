using System.Diagnostics.CodeAnalysis;
using EdgePose.Domain;
using Microsoft.Extensions.Logging;

namespace EdgePose.Inference;

/// <summary>
/// The one thread of an inference device. Serves the streams round-robin, one waiting frame each, so that none starves;
/// sleeps while no frame waits. An exception in one frame is counted and logged and never reaches another stream.
/// </summary>
internal sealed partial class InferenceLoop(IReadOnlyList<Lane> lanes, TimeProvider time, ILogger<InferenceLoop> logger) : IDisposable
{
    private static readonly TimeSpan FailureLogInterval = TimeSpan.FromSeconds(1);

    private readonly ManualResetEventSlim _wake = new();
    private readonly CancellationTokenSource _stop = new();
    private Thread? _thread;
    private long _lastProgress = time.GetTimestamp();
    private long _lastFailureLog;
    private long _unloggedFailures;

    /// <summary>Time since the thread last finished a frame or found nothing to do; the watchdog's measure of a hung network.</summary>
    public TimeSpan SinceProgress => time.GetElapsedTime(Interlocked.Read(ref _lastProgress));

    /// <summary>True when the thread runs no network any more, so that the networks may be disposed.</summary>
    public bool HasEnded => _thread is not { IsAlive: true };

    /// <summary>To be called after a frame was put into a slot.</summary>
    public void Wake() => _wake.Set();

    public void Start()
    {
        _thread = new Thread(Run) { Name = "inference", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Stops after the frame in work; false when that takes longer than <paramref name="limit"/>.</summary>
    public bool Stop(TimeSpan limit)
    {
        _stop.Cancel();
        return _thread?.Join(limit) ?? true;
    }

    private void Run()
    {
        var next = 0;
        while (!_stop.IsCancellationRequested)
        {
            _wake.Reset();
            var frame = TakeNext(ref next, out var lane);
            if (frame is null)
            {
                Interlocked.Exchange(ref _lastProgress, time.GetTimestamp());
                try { _wake.Wait(1000, _stop.Token); }
                catch (OperationCanceledException) { return; }
                continue;
            }
            Process(lane!, frame);
            Interlocked.Exchange(ref _lastProgress, time.GetTimestamp());
        }
    }

    private Frame? TakeNext(ref int next, out Lane? lane)
    {
        for (var i = 0; i < lanes.Count; i++)
        {
            lane = lanes[next];
            next = (next + 1) % lanes.Count;
            if (lane.Slot.TryTake() is { } frame) { return frame; }
        }
        lane = null;
        return null;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The supervisor boundary of the inference thread: one bad frame must not stop another stream.")]
    private void Process(Lane lane, Frame frame)
    {
        try
        {
            lane.Run(frame, time);
        }
        catch (Exception e)
        {
            lane.CountFailure();
            _unloggedFailures++;
            if (_lastFailureLog == 0 || time.GetElapsedTime(_lastFailureLog) >= FailureLogInterval)
            {
                LogFailure(lane.Stream, frame.Info.Sequence, _unloggedFailures, e);
                (_lastFailureLog, _unloggedFailures) = (time.GetTimestamp(), 0);
            }
        }
        finally
        {
            frame.Dispose();
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        // The handles stay alive while the thread may still wait on them.
        if (_thread is null || _thread.Join(TimeSpan.FromSeconds(2)))
        {
            _wake.Dispose();
            _stop.Dispose();
        }
    }
}
