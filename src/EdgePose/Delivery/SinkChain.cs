using System.Diagnostics.CodeAnalysis;
using EdgePose.Delivery.Documents;
using EdgePose.Domain;
using EdgePose.Loops;
using Microsoft.Extensions.Logging;

namespace EdgePose.Delivery;

/// <summary>
/// Everything around one sink: poses wait in a bounded queue, values on a board, events in the spool or a bounded queue; loops under
/// supervision hand them over with a time limit; a stop is a series of limited steps. Nothing that is called from outside waits for the sink.
/// </summary>
internal sealed partial class SinkChain : ISinkHost, IAsyncDisposable
{
    private readonly ISink _sink;
    private readonly OutboxSettings _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Supervision _supervision;
    private readonly SinkTally _tally = new();
    private readonly SinkSender _sender;
    private readonly StateBoard _board;
    private readonly StatusReport _status;
    private readonly PosesQueue _queue;
    private readonly LivePump _pump;
    private readonly IEventFeed _events;
    private readonly SupervisedLoop _start;
    private readonly CancellationTokenSource _stopping = new();

    // A sink that is given up at the end may ask for it when the source is gone.
    private readonly CancellationToken _stoppingToken;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="sink">Owned.</param>
    /// <param name="options">Limits.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="logger">What is not taken, and faults.</param>
    public SinkChain(ISink sink, OutboxSettings options, TimeProvider time, ILogger logger)
    {
        (_sink, _options, _time, _logger) = (sink, options, time, logger);
        _stoppingToken = _stopping.Token;
        _supervision = new Supervision(sink.Name, time, logger);
        _sender = new SinkSender(sink, _tally, _supervision, time, logger);
        _board = new StateBoard(sink.Traits.Pace, time);
        _queue = new PosesQueue(options.QueueCapacity);
        _status = new StatusReport(_board, () => Stats, () => options.Spool?.Stats(), sink.Traits.Pace.Status, time);
        var drops = new DropReport(sink.Name, () => _queue.Dropped, time, logger);
        _pump = new LivePump(_sender, _tally, _board, _queue, Tick, _supervision, time);
        ReadsSpool = sink.Traits.Events == EventPromise.Kept && options.Spool is not null;
        _events = ReadsSpool && options.Spool is { } spool
            ? new SpooledEvents(spool.Reader(sink.Name), _sender, new EventOrigin(options.Node, spool.Stats().Boot, options.SpoolRetention), _supervision, time, logger)
            : new LiveEvents(_sender, _tally, _supervision, time);
        _start = new SupervisedLoop("the start", _ => { _sink.Start(this); return Task.CompletedTask; }, _supervision, time);

        void Tick() => _supervision.Guard("its figures", () =>
        {
            _status.Refresh(now: false);
            drops.Tick();
        });
    }

    public string Name => _sink.Name;
    public bool TakesPoses => _sink.Traits.Poses;

    /// <summary>False where events have to be offered as they happen.</summary>
    public bool ReadsSpool { get; }
    public bool IsReady => _sender.IsReady;
    public SinkStatus Status { get; private set; } = SinkStatus.Starting;
    public SinkStats Stats => _tally.Stats(_queue.Dropped, IsReady);
    public IEventFeed Events => _events;
    public int Queued => _queue.Count;

    /// <summary>Exceptions of the sink that were survived.</summary>
    public long Faults => _supervision.Faults;

    /// <summary>Every loop around the sink and of the sink.</summary>
    public IReadOnlyList<Supervision> Supervised => [_supervision, .. _sink.Supervised];

    /// <summary>Completes when the sink can never take anything again.</summary>
    public Task Ended => _ended.Task;

    int ISinkHost.EventsWaiting => _events.Waiting;
    CancellationToken ISinkHost.Stopping => _stoppingToken;

    public Action<TimeSpan>? Answered { set => _sender.Answered = value; }

    /// <param name="maxRate">Pose messages per second.</param>
    public PoseGate NewGate(double maxRate) => new(maxRate, _tally, _time);

    /// <exception cref="UserError">Something that the user must mend.</exception>
    [SuppressMessage("Design", "CA1031", Justification = "The supervisor boundary of the start: it is tried again.")]
    public void Start()
    {
        _pump.Start();
        _events.Start();
        try { _sink.Start(this); }
        catch (Exception e) when (e is not UserError)
        {
            _supervision.Note("the start", e);
            _start.Start();
        }
    }

    public void Enqueue(PosesMessage message, PoseGate gate)
    {
        _queue.Enqueue(message, gate);
        _pump.Signal();
    }

    public void Set(StateValue value, bool urgent)
    {
        _board.Set(value, urgent);
        _pump.Signal();
    }

    public void Clear(StateKey key)
    {
        _board.Clear(key);
        _pump.Signal();
    }

    /// <summary>Names every value that is to come; what is kept of others is cleared.</summary>
    public void Expect(IReadOnlySet<StateKey> values)
    {
        _board.Keep(values);
        _supervision.Guard("what to expect", () => _sink.Expect(values));
        _pump.Signal();
    }

    public void SetStatus(NodeStatus status)
    {
        _status.Set(status);
        _pump.Signal();
    }

    public void Report(SinkStatus status)
    {
        var wasReady = _sender.IsReady;
        Status = status;
        if (status.IsReady && !wasReady)
        {
            _tally.Connected();
            _board.ResendAll();
        }
        else if (status.Reason.Length > 0) { _tally.Note(status.Reason); }
        _sender.IsReady = status.IsReady;
        _events.Signal();
        _pump.Signal();
    }

    public void End(string reason)
    {
        Report(new SinkStatus("closed", reason, false));
        if (_ended.TrySetResult()) { HasEnded(_logger, _sink.Name, reason); }
    }

    public void Resend(StateKind kind)
    {
        _board.Resend(kind);
        _pump.Signal();
    }

    public IReadOnlyList<StateValue> Values()
    {
        _status.Refresh(now: true);
        return _board.Values();
    }

    /// <summary>
    /// Sends what waits, then <c>offline</c> for every stream and for the node, and lets the sink take leave. Each step is limited; without a
    /// connection nothing waits, and a sink that did not take what waited is asked for no events any more.
    /// </summary>
    public async Task StopAsync(CancellationToken stop)
    {
        _start.Cancel();
        _supervision.Guard("taking leave", _stopping.Cancel);
        var isDone = await WithinAsync(_pump.FinishAsync, stop).ConfigureAwait(false);
        if (isDone) { await WithinAsync(_events.DrainAsync, stop).ConfigureAwait(false); }
        if (IsReady) { await WithinAsync(SayOfflineAsync, stop).ConfigureAwait(false); }
        await WithinAsync(limit => Task.Run(() => _sink.StopAsync(limit), limit).WaitAsync(limit), stop).ConfigureAwait(false);
        _sender.IsReady = false;
    }

    /// <summary>Streams first, the node last: whoever sees the node offline has seen its streams offline.</summary>
    private async Task SayOfflineAsync(CancellationToken stop)
    {
        var streams = _board.Values().Where(v => v is { Key.Kind: StateKind.StreamAvailability, IsGone: false });
        await Task.WhenAll(streams.Select(v => _pump.SendNowAsync(StateValue.Available(v.Key, online: false), stop))).ConfigureAwait(false);
        await _pump.SendNowAsync(StateValue.Available(StateKey.Availability, online: false), stop).ConfigureAwait(false);
    }

    private async Task EndAsync()
    {
        await _pump.DisposeAsync().ConfigureAwait(false);
        await _events.DisposeAsync().ConfigureAwait(false);
        await _sink.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>False when the time of a stop ran out first, or the step threw.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The supervisor boundary of a stop: one sink must not keep the others from taking leave.")]
    private async Task<bool> WithinAsync(Func<CancellationToken, Task> work, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(_options.StopTimeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            await work(both.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (both.IsCancellationRequested) { return false; }
        catch (Exception e)
        {
            _supervision.Note("the stop", e);
            return false;
        }
    }

    /// <summary>Ends the loops and the sink; a sink that hangs is left to itself.</summary>
    public async ValueTask DisposeAsync()
    {
        await WithinAsync(limit => Task.Run(EndAsync, limit).WaitAsync(limit), CancellationToken.None).ConfigureAwait(false);
        _start.Dispose();
        _stopping.Dispose();
    }

    [LoggerMessage(451, LogLevel.Warning, "{Sink} takes nothing any more: {Reason}")]
    private static partial void HasEnded(ILogger logger, string sink, string reason);
}
