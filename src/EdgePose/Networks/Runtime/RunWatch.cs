namespace EdgePose.Networks.Runtime;

/// <summary>A run of a network took longer than it may. The frame is lost; the network may be used again.</summary>
internal sealed class RunDeadlineException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Ends runs of networks that take too long. One per network, for runs that follow one another. ONNX Runtime heeds a termination between
/// two operators of a graph: a single operator that never returns cannot be ended, which the daemon's watchdog is for.
/// </summary>
internal sealed class RunWatch : IDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private readonly TimeSpan _limit;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private Action? _terminate;
    private Exception? _notTerminated;
    private long _started;

    /// <param name="limit">Longest duration of a run; above zero.</param>
    /// <param name="time">Clock of the limit.</param>
    public RunWatch(TimeSpan limit, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero);
        (_limit, _time) = (limit, time);
        _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Runs <paramref name="run"/>; when it takes too long, calls <paramref name="terminate"/> once on another thread, and throws when it has returned.</summary>
    /// <param name="model">Name of the network, for the message.</param>
    /// <param name="run">Runs the network; throws what it likes when it is terminated.</param>
    /// <param name="terminate">Makes the run return soon; must neither block nor throw.</param>
    /// <exception cref="RunDeadlineException">The run took longer than it may, whether it was ended or came to its end.</exception>
    public void Run(string model, Action run, Action terminate)
    {
        lock (_gate) { (_terminate, _started, _notTerminated) = (terminate, _time.GetTimestamp(), null); }
        _timer.Change(_limit, Timeout.InfiniteTimeSpan);
        Exception? failure = null;
        try { run(); }
        catch (Exception e) when (IsOver())
        {
            failure = e;
        }
        finally
        {
            lock (_gate) { _terminate = null; }
        }
        if (IsOver())
        {
            throw new RunDeadlineException($"model {model}: a run took longer than {_limit.TotalSeconds:0.###} s (inference.run_deadline)", failure ?? _notTerminated);
        }
    }

    private bool IsOver() => _time.GetElapsedTime(_started) >= _limit;

    private void OnTimer()
    {
        lock (_gate)
        {
            if (_terminate is not { } terminate) { return; }
            if (!IsOver())
            {
                // Another run has begun meanwhile, or the timer's clock is a little ahead.
                var left = _limit - _time.GetElapsedTime(_started);
                _timer.Change(left > Shortest ? left : Shortest, Timeout.InfiniteTimeSpan);
                return;
            }
            _terminate = null;
            // On a timer's thread, where an exception would end the process; the run, when it returns, tells of it.
            try { terminate(); }
            catch (Exception e) { _notTerminated = e; }
        }
    }

    public void Dispose() => _timer.Dispose();
}
