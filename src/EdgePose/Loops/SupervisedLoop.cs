using System.Diagnostics.CodeAnalysis;

namespace EdgePose.Loops;

/// <summary>
/// Runs a loop that must not end for good: an exception is given to <see cref="Supervision"/> and the loop begins anew after a wait that widens
/// while it keeps failing. It ends when its body returns or it is told to stop. Every loop, pump and thread of the daemon is one of these, so
/// that health knows of all of them.
/// </summary>
internal sealed class SupervisedLoop : IDisposable
{
    /// <summary>A loop that ran this long is well, whatever it did before.</summary>
    public static readonly TimeSpan Well = TimeSpan.FromSeconds(10);

    /// <summary>A loop that the daemon cannot do without, and that has failed for this long, is a case for a restart of the process.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private const int MostFailures = 3;
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(100);

    private readonly Func<CancellationToken, Task> _body;
    private readonly Supervision _supervision;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();

    // Asked for by bodies that are left to themselves when the source is gone.
    private readonly CancellationToken _stopped;
    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;
    private bool _startsAtOnce;
    private LoopState _state = LoopState.Idle;
    private long _began, _failingSince;
    private int _restarts, _inARow;

    /// <param name="name">For log and health.</param>
    /// <param name="body">The loop; begins from scratch at each call.</param>
    /// <param name="supervision">Takes the exceptions, and knows the loop from now on.</param>
    /// <param name="time">Measures the waits.</param>
    /// <param name="isVital">Whether the daemon is of no use without it.</param>
    public SupervisedLoop(string name, Func<CancellationToken, Task> body, Supervision supervision, TimeProvider time, bool isVital = false)
    {
        (Name, _body, _supervision, _time, IsVital, _stopped) = (name, body, supervision, time, isVital, _stop.Token);
        supervision.Join(this);
    }

    /// <summary>The same for work that blocks: a thread of its own, and a new one after each failure.</summary>
    public static SupervisedLoop OnThread(
        string name, Action<CancellationToken> body, Supervision supervision, TimeProvider time, string threadName, bool isVital = false) =>
        new(name, stop => Worker.Run(threadName, () => body(stop), stackBytes: 0), supervision, time, isVital) { _startsAtOnce = true };

    public string Name { get; }

    public bool IsVital { get; }

    /// <summary>Completes with the loop; never fails.</summary>
    public Task Completion => _running;

    public LoopState State { get { lock (_gate) { return _state; } } }

    /// <summary>How often it began anew.</summary>
    public int Restarts { get { lock (_gate) { return _restarts; } } }

    /// <summary>It threw again and again and has not run for long since.</summary>
    public bool IsFailing
    {
        get { lock (_gate) { return IsFailingNow; } }
    }

    /// <summary>It is vital and has been failing for so long that only a restart of the process may help.</summary>
    public bool IsLost
    {
        get { lock (_gate) { return IsVital && IsFailingNow && _time.GetElapsedTime(_failingSince) >= Patience; } }
    }

    private bool IsFailingNow => _inARow >= MostFailures && (_state == LoopState.Pausing || (_state == LoopState.Running && _time.GetElapsedTime(_began) < Well));

    /// <summary>Begins. A thread is there when this returns: a busy pool must not keep it waiting.</summary>
    public void Start() => _running = _startsAtOnce ? RunAsync() : Task.Run(RunAsync);

    /// <summary>Tells the loop to end; <see cref="Completion"/> says when it has.</summary>
    public void Cancel() => _stop.Cancel();

    [SuppressMessage("Design", "CA1031", Justification = "The supervisor boundary of every loop.")]
    private async Task RunAsync()
    {
        var backoff = new Backoff(ShortestWait, Well, Random.Shared);
        while (true)
        {
            Begin();
            try
            {
                await _body(_stopped).ConfigureAwait(false);
                Become(LoopState.Ended);
                return;
            }
            catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
            {
                Become(LoopState.Ended);
                return;
            }
            catch (Exception e) { _supervision.Note(Name, e); }
            if (Failed()) { backoff.Reset(); }
            try { await Task.Delay(backoff.Next(), _time, _stopped).ConfigureAwait(false); }
            catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
            {
                Become(LoopState.Ended);
                return;
            }
        }
    }

    private void Become(LoopState state)
    {
        lock (_gate) { _state = state; }
    }

    private void Begin()
    {
        lock (_gate)
        {
            _restarts += _state == LoopState.Pausing ? 1 : 0;
            (_state, _began) = (LoopState.Running, _time.GetTimestamp());
        }
    }

    /// <summary>True when the loop had run for long.</summary>
    private bool Failed()
    {
        lock (_gate)
        {
            var wasWell = _time.GetElapsedTime(_began) >= Well;
            if (wasWell) { _inARow = 0; }
            if (_inARow++ == 0) { _failingSince = _time.GetTimestamp(); }
            _state = LoopState.Pausing;
            return wasWell;
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _supervision.Leave(this);
        if (_running.IsCompleted) { _stop.Dispose(); }
    }
}
