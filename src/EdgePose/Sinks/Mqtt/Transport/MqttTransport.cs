using System.Diagnostics.CodeAnalysis;
using EdgePose.Delivery;
using Microsoft.Extensions.Logging;

namespace EdgePose.Sinks.Mqtt.Transport;

/// <summary>
/// Keeps a connection to the broker through MQTTnet. One task owns the life cycle: a new client for each connection, widening jittered
/// waits between them. Disposing without <see cref="DisconnectAsync"/> is the broker's signal to publish the will.
/// </summary>
internal sealed partial class MqttTransport(MqttSettings options, TimeProvider time, ILogger<MqttTransport> logger) : IMqttTransport
{
    /// <summary>A connection that lasted this long starts the waits anew; shorter ones keep widening them.</summary>
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(10);

    /// <summary>So many short connections in a row look like a second client with our id: some brokers drop the older silently.</summary>
    private const int SuspiciousEnds = 3;

    private readonly CancellationTokenSource _stop = new();
    private readonly Backoff _backoff = new(options.BackoffMin, options.BackoffMax, Random.Shared);
    private readonly Lock _gate = new();
    private volatile BrokerConnection? _connection;
    private volatile bool _closing;
    private Task? _life;
    private int _shortConnections, _disposed;

    public BrokerStatus Status { get; private set; } = BrokerStatus.Connecting;
    public event Action<BrokerStatus>? StatusChanged;
    public event Action<MqttMessage>? MessageReceived;

    public void Start(Func<MqttWill?> will)
    {
        lock (_gate)
        {
            if (_life is not null) { throw new InvalidOperationException("the transport was started before"); }
            _life = Task.Run(() => RunAsync(will));
        }
    }

    public Task<PublishResult> PublishAsync(in MqttMessage message) =>
        _connection is { } connection ? connection.Publish(message) : Task.FromResult(PublishResult.NotConnected);

    public Task<PublishResult> SubscribeAsync(string filter, MqttQos qos) =>
        _connection is { } connection ? connection.SubscribeAsync(filter, qos) : Task.FromResult(PublishResult.NotConnected);

    private async Task RunAsync(Func<MqttWill?> will)
    {
        while (!_stop.IsCancellationRequested && !_closing)
        {
            var (end, lasted) = await TryOnceAsync(will).ConfigureAwait(false);
            if (_stop.IsCancellationRequested || _closing) { break; }
            end = Weigh(end, lasted);
            Change(end);
            var isAway = end.State is BrokerState.Unreachable or BrokerState.Refused;
            await WaitAsync(_backoff.Next(isAway ? options.BackoffAway : null)).ConfigureAwait(false);
        }
        Change(BrokerStatus.Closed);
    }

    [SuppressMessage("Design", "CA1031", Justification = "The supervisor of one connection: whatever is thrown, the next attempt follows.")]
    private async Task<(BrokerStatus End, bool Lasted)> TryOnceAsync(Func<MqttWill?> will)
    {
        try
        {
            return await RunOnceAsync(will).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.Failed(logger, e);
            return (new BrokerStatus(BrokerState.Lost, $"internal error: {e.Message}"), false);
        }
    }

    private async Task<(BrokerStatus End, bool Lasted)> RunOnceAsync(Func<MqttWill?> will)
    {
        var connection = new BrokerConnection(options, time, m => MessageReceived?.Invoke(m));
        await using var _ = connection.ConfigureAwait(false);
        var status = await connection.ConnectAsync(will(), _stop.Token).ConfigureAwait(false);
        if (!status.IsConnected) { return (status, false); }
        var since = time.GetTimestamp();
        try
        {
            _connection = connection;
            if (!connection.HasRetain) { Log.NoRetain(logger); }
            // A disconnect that came while it connected found no connection to end.
            if (_closing) { await connection.DisconnectAsync(_stop.Token).ConfigureAwait(false); }
            else { Change(status); }
            var end = await connection.ServeAsync(_stop.Token).ConfigureAwait(false);
            return (end, time.GetElapsedTime(since) >= Lasting);
        }
        finally
        {
            _connection = null;
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
        var suspicion = $"{_shortConnections} times in a row: does another client use the id '{options.ClientId}'?";
        return end with { Reason = $"{end.Reason}, soon after connecting, {suspicion}" };
    }

    private async Task WaitAsync(TimeSpan delay)
    {
        try { await Task.Delay(delay, time, _stop.Token).ConfigureAwait(false); }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested) { return; }
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
        if (_connection is not { } connection || !await connection.DisconnectAsync(stop).ConfigureAwait(false))
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }
        if (Life is { } life) { await life.WaitAsync(stop).ConfigureAwait(false); }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) { return; }
        await _stop.CancelAsync().ConfigureAwait(false);
        if (Life is { } life) { await life.ConfigureAwait(false); }
        _stop.Dispose();
    }

    private Task? Life
    {
        get { lock (_gate) { return _life; } }
    }
}
