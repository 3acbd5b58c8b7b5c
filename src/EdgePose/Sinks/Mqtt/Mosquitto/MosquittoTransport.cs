using EdgePose.Delivery;
using Microsoft.Extensions.Logging;

namespace EdgePose.Sinks.Mqtt.Mosquitto;

/// <summary>
/// Keeps a connection to the broker through libmosquitto. One dedicated thread owns the life cycle: a new instance for each connection,
/// widening jittered waits between them. Disposing without <see cref="DisconnectAsync"/> is the broker's signal to publish the will.
/// </summary>
internal sealed partial class MosquittoTransport(MqttOptions options, TimeProvider time, ILogger<MosquittoTransport> logger) : IMqttTransport
{
    /// <summary>A connection that lasted this long starts the waits anew; shorter ones keep widening them.</summary>
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(10);

    /// <summary>So many short connections in a row look like a second client with our id: mosquitto 2.0.11 drops the older one without a word.</summary>
    private const int SuspiciousEnds = 3;

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Backoff _backoff = new(options.BackoffMin, options.BackoffMax, Random.Shared);
    private readonly Lock _gate = new();
    private volatile MosquittoConnection? _connection;
    private volatile bool _closing;
    private bool _isStarted, _isBlocked;
    private int _shortConnections, _disposed;
    private Func<MqttWill?> _will = () => null;

    public BrokerStatus Status { get; private set; } = BrokerStatus.Connecting;
    public event Action<BrokerStatus>? StatusChanged;
    public event Action<MqttMessage>? MessageReceived;

    public void Start(Func<MqttWill?> will)
    {
        _ = MosquittoLibrary.Version;
        _will = will;
        lock (_gate)
        {
            if (_isStarted) { throw new InvalidOperationException("the transport was started before"); }
            _isStarted = true;
        }
        new Thread(Run) { IsBackground = true, Name = "mqtt" }.Start();
    }

    public Task<PublishResult> PublishAsync(in MqttMessage message) =>
        _connection is { } connection ? connection.Publish(message) : Task.FromResult(PublishResult.NotConnected);

    public Task<PublishResult> SubscribeAsync(string filter, MqttQos qos) =>
        _connection is { } connection ? connection.Subscribe(filter, qos) : Task.FromResult(PublishResult.NotConnected);

    private void Run()
    {
        try
        {
            while (true)
            {
                var end = RunOnce(out var lasted);
                if (_stop.IsCancellationRequested || _closing) { break; }
                if (end.State == BrokerState.TlsError) { end = Diagnose(end); }
                if (end.State == BrokerState.Closed) { end = new BrokerStatus(BrokerState.Lost, "the broker closed the connection"); }
                end = Weigh(end, lasted);
                Change(end);
                Wait(_backoff.Next(end.State is BrokerState.Unreachable or BrokerState.Refused ? options.BackoffAway : null));
            }
        }
        catch (Exception e)
        {
            // The boundary of this thread: without it a bug here would end the process instead of its MQTT output.
            Log.Failed(logger, e);
            Change(new BrokerStatus(BrokerState.Closed, $"the MQTT thread failed: {e.Message}"));
        }
        finally
        {
            Change(Status.State == BrokerState.Closed ? Status : BrokerStatus.Closed);
            _ended.TrySetResult();
        }
    }

    /// <summary>Sets the next wait; two clients with one id would otherwise throw each other out for ever.</summary>
    private BrokerStatus Weigh(BrokerStatus end, bool lasted)
    {
        _shortConnections = end.State == BrokerState.Lost && !lasted ? _shortConnections + 1 : 0;
        if (lasted) { _backoff.Reset(); }
        if (end.State == BrokerState.TakenOver) { _backoff.Widen(); }
        if (_shortConnections < SuspiciousEnds) { return end; }
        _backoff.Widen();
        return end with { Reason = $"{end.Reason}, soon after connecting, {_shortConnections} times in a row: does another client use the id '{options.ClientId}'?" };
    }

    private BrokerStatus RunOnce(out bool lasted)
    {
        var since = time.GetTimestamp();
        using var connection = new MosquittoConnection(options, time, OnConnected, m => MessageReceived?.Invoke(m));
        try
        {
            lasted = false;
            if (connection.Create(_will()) is { } fault) { return fault; }
            if (!TryEnterConnect()) { return BrokerStatus.Closed; }
            BrokerStatus status;
            try { status = connection.Connect(); }
            finally { lock (_gate) { _isBlocked = false; } }
            if (status.State != BrokerState.Connecting) { return status; }
            _connection = connection;
            // A disconnect that came during the blocking call found no connection to end.
            if (_closing) { return BrokerStatus.Closed; }
            status = connection.Run(_stop.Token);
            lasted = connection.WasUp && time.GetElapsedTime(since) >= Lasting;
            return status;
        }
        finally
        {
            _connection = null;
        }
    }

    /// <summary>From here until connect returns nobody waits for this thread: connect may block for minutes and cannot be cancelled.</summary>
    private bool TryEnterConnect()
    {
        lock (_gate) { return _isBlocked = !_stop.IsCancellationRequested && !_closing; }
    }

    private void OnConnected(bool hasRetain)
    {
        if (!hasRetain) { Log.NoRetain(logger); }
        Change(BrokerStatus.Connected);
    }

    private BrokerStatus Diagnose(BrokerStatus status)
    {
        var explained = TlsDiagnosis.ExplainAsync(options, time, _stop.Token);
        ((IAsyncResult)explained).AsyncWaitHandle.WaitOne();
        return explained.GetAwaiter().GetResult() is { } reason ? status with { Reason = reason } : status;
    }

    private void Wait(TimeSpan delay)
    {
        using var over = new ManualResetEventSlim();
        using var timer = time.CreateTimer(static e => ((ManualResetEventSlim)e!).Set(), over, delay, Timeout.InfiniteTimeSpan);
        WaitHandle.WaitAny([over.WaitHandle, _stop.Token.WaitHandle]);
    }

    private void Change(BrokerStatus status)
    {
        if (Status == status) { return; }
        Status = status;
        StatusChanged?.Invoke(status);
    }

    public async Task DisconnectAsync(CancellationToken stop)
    {
        _closing = true;
        if (_connection?.Disconnect() != true) { await _stop.CancelAsync().ConfigureAwait(false); }
        if (IsEnding()) { await _ended.Task.WaitAsync(stop).ConfigureAwait(false); }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) { return; }
        await _stop.CancelAsync().ConfigureAwait(false);
        if (!IsEnding()) { return; }
        await _ended.Task.ConfigureAwait(false);
        _stop.Dispose();
    }

    /// <summary>False when the thread was never started, or may hang in connect for as long as the system likes; it ends by itself then.</summary>
    private bool IsEnding()
    {
        lock (_gate) { return _isStarted && !_isBlocked; }
    }
}
