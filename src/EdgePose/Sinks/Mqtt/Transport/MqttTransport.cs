using System.Diagnostics.CodeAnalysis;
using EdgePose.Loops;
using Microsoft.Extensions.Logging;

namespace EdgePose.Sinks.Mqtt.Transport;

/// <summary>
/// Keeps a connection to the broker through MQTTnet. One task owns the life cycle: a new client for each connection, widening jittered
/// waits between them. Disposing without <see cref="DisconnectAsync"/> is the broker's signal to publish the will.
/// </summary>
internal sealed partial class MqttTransport : IMqttTransport
{
    /// <summary>A connection that lasted this long starts the waits anew; shorter ones keep widening them.</summary>
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(10);

    /// <summary>So many short connections in a row look like a second client with our id: some brokers drop the older silently.</summary>
    private const string Internal = "internal error";
    private const int SuspiciousEnds = 3;
    private const int ShuttingDown = 0x8B;

    private readonly MqttSettings _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Supervision _supervision;
    private readonly CancellationTokenSource _stop = new();
    private readonly Backoff _backoff;
    private readonly Lock _gate = new();
    private volatile BrokerConnection? _connection;
    private volatile bool _closing;
    private SupervisedLoop? _life;
    private int _shortConnections, _disposed;

    /// <param name="options">Where and how.</param>
    /// <param name="time">For limits and waits.</param>
    /// <param name="logger">What the broker lacks, and faults.</param>
    public MqttTransport(MqttSettings options, TimeProvider time, ILogger<MqttTransport> logger)
    {
        (_options, _time, _logger, Version) = (options, time, logger, options.Version);
        _supervision = new Supervision("the MQTT connection", time, logger);
        _backoff = new Backoff(options.BackoffMin, options.BackoffMax, Random.Shared);
    }

    public BrokerStatus Status { get; private set; } = BrokerStatus.Connecting;
    public MqttVersion Version { get; private set; }
    public bool HasWildcards => _connection is not { HasWildcards: false };
    public Supervision Supervision => _supervision;
    public event Action<BrokerStatus>? StatusChanged;
    public event Action<MqttMessage>? MessageReceived;

    public void Start(Func<MqttWill?> will)
    {
        lock (_gate)
        {
            if (_life is not null) { throw new InvalidOperationException("the transport was started before"); }
            _life = new SupervisedLoop("keeping it", _ => RunAsync(will), _supervision, _time);
            _life.Start();
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
            var isAway = end.State is BrokerState.Unreachable or BrokerState.Refused || end.Code == ShuttingDown;
            await WaitAsync(_backoff.Next(isAway ? _options.BackoffAway : null)).ConfigureAwait(false);
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
            Log.Failed(_logger, e);
            return (new BrokerStatus(BrokerState.Lost, $"{Internal}: {e.Message}"), false);
        }
    }

    private async Task<(BrokerStatus End, bool Lasted)> RunOnceAsync(Func<MqttWill?> will)
    {
        var (offer, why) = (new ConnectOffer(_options.Version), "");
        while (true)
        {
            var connection = new BrokerConnection(_options with { Version = offer.Version }, _time, Receive);
            await using var _ = connection.ConfigureAwait(false);
            var last = will();
            var status = await connection.ConnectAsync(offer.Of(last), _stop.Token).ConfigureAwait(false);
            if (status.IsConnected)
            {
                Say(offer, connection, why);
                return await ServeAsync(connection, status).ConfigureAwait(false);
            }
            if (offer.After(status, last, _options.FallsBack) is not { } next) { return (status, false); }
            (offer, why) = (next, status.Reason);
        }
    }

    private async Task<(BrokerStatus End, bool Lasted)> ServeAsync(BrokerConnection connection, BrokerStatus status)
    {
        var since = _time.GetTimestamp();
        try
        {
            (_connection, Version) = (connection, connection.Version);
            // A disconnect that came while it connected found no connection to end.
            if (_closing) { await connection.DisconnectAsync(_stop.Token).ConfigureAwait(false); }
            else if (!Change(status)) { return (new BrokerStatus(BrokerState.Lost, $"{Internal}: the log says why"), false); }
            var end = await connection.ServeAsync(_stop.Token).ConfigureAwait(false);
            return (end, _time.GetElapsedTime(since) >= Lasting);
        }
        finally
        {
            _connection = null;
        }
    }

    /// <summary>What had to be left out for this broker.</summary>
    private void Say(ConnectOffer offer, BrokerConnection connection, string why)
    {
        if (offer.Version != _options.Version) { Log.FellBack(_logger, why); }
        if (!offer.WillRetain) { Log.LesserWill(_logger, "RETAIN", why, "only clients that are connected when we vanish learn of it"); }
        if (offer.WillQos == MqttQos.AtMostOnce) { Log.LesserWill(_logger, "QoS 1", why, "it may get lost"); }
        if (!connection.HasRetain) { Log.NoRetain(_logger); }
    }

    private void Receive(MqttMessage message) => _supervision.Guard("a message that came in", () => MessageReceived?.Invoke(message));

    /// <summary>Sets the next wait; two clients with one id would otherwise throw each other out for ever.</summary>
    private BrokerStatus Weigh(BrokerStatus end, bool lasted)
    {
        // A broker that says why it ends a connection, or that does not answer, has no second client in mind; nor is one to blame for a defect of ours.
        var isUnexplained = end.State == BrokerState.Lost && end.Code == 0 && end != Reasons.KeepAlive && end != Reasons.NoAnswers
            && !end.Reason.StartsWith(Internal, StringComparison.Ordinal);
        _shortConnections = isUnexplained && !lasted ? _shortConnections + 1 : 0;
        if (lasted) { _backoff.Reset(); }
        if (end.State == BrokerState.TakenOver) { _backoff.Widen(); }
        if (_shortConnections < SuspiciousEnds) { return end; }
        _backoff.Widen();
        var suspicion = $"{_shortConnections} times in a row: does another client use the id '{_options.ClientId}'?";
        return end with { Reason = $"{end.Reason}, soon after connecting, {suspicion}" };
    }

    private async Task WaitAsync(TimeSpan delay)
    {
        try { await Task.Delay(delay, _time, _stop.Token).ConfigureAwait(false); }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested) { return; }
    }

    /// <summary>False when somebody threw who was told.</summary>
    private bool Change(BrokerStatus status)
    {
        if (Status == status) { return true; }
        Status = status;
        return _supervision.Guard("a change of the connection", () => StatusChanged?.Invoke(status));
    }

    public async Task DisconnectAsync(CancellationToken stop)
    {
        _closing = true;
        if (_connection is not { } connection || !await connection.DisconnectAsync(stop).ConfigureAwait(false))
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }
        if (Life is { } life) { await life.Completion.WaitAsync(stop).ConfigureAwait(false); }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) { return; }
        await _stop.CancelAsync().ConfigureAwait(false);
        if (Life is { } life)
        {
            life.Cancel();
            await life.Completion.ConfigureAwait(false);
            life.Dispose();
        }
        Change(BrokerStatus.Closed);
        _stop.Dispose();
    }

    private SupervisedLoop? Life
    {
        get { lock (_gate) { return _life; } }
    }
}
