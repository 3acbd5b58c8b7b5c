using EdgePose.Loops;

namespace EdgePose.Delivery;

/// <summary>
/// The way of kept values and poses to a sink: one loop takes what is due, values before poses, and keeps at most a window of messages
/// unanswered. Poses that meet no connection are discarded and counted; values stay on their board.
/// </summary>
internal sealed class LivePump : IAsyncDisposable
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);

    private readonly SinkSender _sender;
    private readonly SinkTally _tally;
    private readonly StateBoard _board;
    private readonly PosesQueue _queue;
    private readonly Action _tick;
    private readonly Supervision _supervision;
    private readonly SemaphoreSlim _window;
    private readonly WakeUp _wake = new();
    private readonly SupervisedLoop _loop;
    private ITimer? _timer;
    private volatile bool _ending;

    /// <param name="sender">The sink.</param>
    /// <param name="tally">Its account.</param>
    /// <param name="board">Its values.</param>
    /// <param name="queue">Its poses.</param>
    /// <param name="tick">Called four times a second on the timer.</param>
    /// <param name="supervision">Takes what the loop throws.</param>
    /// <param name="time">Rounds.</param>
    public LivePump(SinkSender sender, SinkTally tally, StateBoard board, PosesQueue queue, Action tick, Supervision supervision, TimeProvider time)
    {
        (_sender, _tally, _board, _queue, _tick, _supervision) = (sender, tally, board, queue, tick, supervision);
        _window = new SemaphoreSlim(sender.Window, sender.Window);
        _loop = new SupervisedLoop("sending values and poses", RunAsync, supervision, time);
    }

    public void Start()
    {
        _timer = _supervision.NewTimer("its rounds", Tick, TickInterval, TickInterval);
        Signal();
        _loop.Start();
    }

    public void Signal() => _wake.Signal();

    private void Tick()
    {
        _tick();
        Signal();
    }

    /// <summary>Sends what waits and ends.</summary>
    public async Task FinishAsync(CancellationToken stop)
    {
        _ending = true;
        Signal();
        await _loop.Completion.WaitAsync(stop).ConfigureAwait(false);
    }

    /// <summary>Sends one value at once, past the board.</summary>
    public async Task<SendResult> SendNowAsync(StateValue value, CancellationToken stop)
    {
        await _window.WaitAsync(stop).ConfigureAwait(false);
        // On a thread of its own: a sink that does not come back must not keep the caller.
        var result = await Task.Run(() => _sender.SendAsync(value), stop).WaitAsync(stop).ConfigureAwait(false);
        _window.Release();
        Account(value, result);
        return result;
    }

    private async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await _wake.WaitAsync(stop).ConfigureAwait(false);
                while (_sender.IsReady && await TrySendNextAsync(stop).ConfigureAwait(false)) { }
                if (!_sender.IsReady) { Discard(); }
                if (_ending) { return; }
            }
        }
        finally
        {
            // Whatever ended this round: the next one must not wait for another message to be told of these.
            Signal();
        }
    }

    private async ValueTask<bool> TrySendNextAsync(CancellationToken stop)
    {
        await _window.WaitAsync(stop).ConfigureAwait(false);
        var isSent = false;
        try
        {
            if (_board.TryTake(out var value))
            {
                isSent = true;
                _ = DeliverAsync(value);
            }
            else if (_queue.TryDequeue(out var poses))
            {
                isSent = true;
                _ = DeliverAsync(poses);
            }
            return isSent;
        }
        finally
        {
            if (!isSent) { _window.Release(); }
        }
    }

    private async Task DeliverAsync(StateValue value)
    {
        var result = await _sender.SendAsync(value).ConfigureAwait(false);
        _window.Release();
        Account(value, result);
    }

    private void Account(StateValue value, SendResult result)
    {
        switch (result.Outcome)
        {
            case SendOutcome.Accepted:
                _tally.Published();
                _board.Taken(value);
                break;
            case SendOutcome.Busy:
                _board.Failed(value);
                break;
            case SendOutcome.Failed or SendOutcome.NoAnswer or SendOutcome.Refused or SendOutcome.Deferred:
                // A refusal too may pass: a quota, an access list that is being mended.
                _board.Failed(value);
                _sender.NotTaken(Subject(value.Key), result);
                break;
            case SendOutcome.Invalid:
                _sender.NotTaken(Subject(value.Key), result);
                break;
            case SendOutcome.NotReady or SendOutcome.Lost:
                // Nothing to do: becoming ready brings every value again.
                break;
            default: throw new ArgumentOutOfRangeException(nameof(result), result.Outcome, "no such outcome");
        }
    }

    private async Task DeliverAsync(QueuedPoses poses)
    {
        var result = await _sender.SendAsync(poses.Message).ConfigureAwait(false);
        _window.Release();
        // A sink that did not answer may still read it.
        if (result.Outcome != SendOutcome.NoAnswer) { poses.Message.Release(); }
        if (result.IsSuccess)
        {
            _tally.Published();
            return;
        }
        poses.Gate.ForgetEmpty();
        switch (result.Outcome)
        {
            case SendOutcome.NotReady: _tally.NotConnected(); break;
            case SendOutcome.Busy or SendOutcome.Lost: _tally.Failed(); break;
            case SendOutcome.Refused or SendOutcome.Deferred or SendOutcome.Invalid or SendOutcome.NoAnswer or SendOutcome.Failed:
                _sender.NotTaken($"poses of {poses.Message.Stream}", result);
                break;
            default: throw new ArgumentOutOfRangeException(nameof(poses), result.Outcome, "no such outcome");
        }
    }

    private static string Subject(StateKey key)
    {
        var kind = System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(key.Kind.ToString()).Replace('_', ' ');
        return key.Stream.Length == 0 ? kind : $"{kind} of {key.Stream}";
    }

    private void Discard()
    {
        while (_queue.TryDequeue(out var poses))
        {
            poses.Gate.ForgetEmpty();
            poses.Message.Release();
            _tally.NotConnected();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is { } timer) { await timer.DisposeAsync().ConfigureAwait(false); }
        _loop.Cancel();
        await _loop.Completion.ConfigureAwait(false);
        Discard();
        _loop.Dispose();
    }
}
