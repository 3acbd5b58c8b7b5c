using System.Diagnostics.CodeAnalysis;
using MQTTnet;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Exceptions;
using MQTTnet.Implementations;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace EdgePose.Sinks.Mqtt.Transport;

/// <summary>
/// One client of the library for one connection, never for a second one, so that nothing is kept or sent again that its caller has counted
/// as lost. Publishing is open to all threads.
/// </summary>
internal sealed class BrokerConnection : IAsyncDisposable
{
    /// <summary>Handed over and not answered.</summary>
    public const int MaxPending = 256;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);

    private readonly MqttSettings _options;
    private readonly TimeProvider _time;
    private readonly MqttClient _client = new(new MqttClientAdapterFactory(), MqttNetNullLogger.Instance);
    private readonly AnswerClock _answers, _writes;
    private readonly TaskCompletionSource<BrokerStatus> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Stream? _stream;
    private ITimer? _watch, _pinger;
    private long _maxPacket = PacketSize.Protocol;
    private bool _hasQos1 = true, _hasRetain = true;
    private volatile PublishWindow? _window;

    /// <param name="options">Where and how.</param>
    /// <param name="time">For the limits.</param>
    /// <param name="received">Called for each message, one after the other; returns at once.</param>
    public BrokerConnection(MqttSettings options, TimeProvider time, Action<MqttMessage> received)
    {
        (_options, _time) = (options, time);
        (_answers, _writes) = (new AnswerClock(options.AnswerTimeout, time), new AnswerClock(options.AnswerTimeout, time));
        _client.ApplicationMessageReceivedAsync += e =>
        {
            received(ClientOptions.Received(e.ApplicationMessage));
            return Task.CompletedTask;
        };
        _client.DisconnectedAsync += e =>
        {
            var isServers = (int)e.Reason >= 0x80 && e.Exception is null;
            _ended.TrySetResult(isServers ? Reasons.FromServerDisconnect((int)e.Reason, _options) : Reasons.FromLoss(e.Exception));
            return Task.CompletedTask;
        };
    }

    /// <summary>False when the broker keeps no retained messages; the flag is then not sent.</summary>
    public bool HasRetain => _hasRetain;

    /// <summary>False when the broker takes no filters with + or #.</summary>
    public bool HasWildcards { get; private set; } = true;

    public MqttVersion Version => _options.Version;

    /// <summary>Connected, or why not.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The library fails in many types; before CONNACK all of them mean no connection.")]
    public async Task<BrokerStatus> ConnectAsync(MqttWill? will, CancellationToken stop)
    {
        TlsHandshake? tls = null;
        if (_options.Tls)
        {
            var (files, reason) = TlsFiles.Read(_options);
            if (files is null) { return new BrokerStatus(BrokerState.TlsError, reason); }
            tls = new TlsHandshake(_options, files, _time);
        }
        using var handshake = tls;
        var (stream, fault) = await new BrokerLink(_options, tls, _time).OpenAsync(stop).ConfigureAwait(false);
        if (stream is null) { return fault!; }
        _stream = new GuardedStream(stream, ClientOptions.MaxReceivedBytes);
        using var limit = new CancellationTokenSource(_options.AnswerTimeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            var answer = await _client.ConnectAsync(ClientOptions.Connect(_options, will, _stream), both.Token).ConfigureAwait(false);
            if (answer.ResultCode != MqttClientConnectResultCode.Success) { return Reasons.FromConnack((int)answer.ResultCode, _options); }
            Begin(answer);
            return BrokerStatus.Connected with { CertificateUntil = tls?.ValidUntil };
        }
        catch (Exception e)
        {
            if (stop.IsCancellationRequested) { return BrokerStatus.Closed; }
            return limit.IsCancellationRequested ? Reasons.NoConnack(_options) : Reasons.FromConnecting(e, _options, tls);
        }
    }

    /// <summary>Under MQTT 3.1.1 the library reports limits that no broker has set.</summary>
    private void Begin(MqttClientConnectResult answer)
    {
        var window = ClientOptions.MaxInFlight;
        var keepAlive = _options.KeepAlive;
        if (_options.Version == MqttVersion.V5)
        {
            window = Math.Min(window, answer.ReceiveMaximum is > 0 and { } most ? most : window);
            _maxPacket = answer.MaximumPacketSize is > 0 and { } largest ? largest : _maxPacket;
            _hasQos1 = answer.MaximumQoS != MqttQualityOfServiceLevel.AtMostOnce;
            _hasRetain = answer.RetainAvailable;
            HasWildcards = answer.WildcardSubscriptionAvailable;
            if (answer.ServerKeepAlive > 0) { keepAlive = TimeSpan.FromSeconds(answer.ServerKeepAlive); }
        }
        _window = new PublishWindow(window, MaxPending, SendAsync);
        _watch = _time.CreateTimer(static self => ((BrokerConnection)self!).Watch(), this, Tick, Tick);
        // Whatever else is sent: the library asks only after a time in which it sent nothing, so that a stream of QoS 0 into a dead
        // connection would never be noticed, and it does not obey the broker's own keep-alive.
        if (keepAlive <= TimeSpan.Zero) { return; }
        _pinger = _time.CreateTimer(static self => _ = ((BrokerConnection)self!).PingAsync(), this, keepAlive / 2, keepAlive / 2);
    }

    /// <summary>Completes when the connection has ended, with the reason; with <see cref="BrokerStatus.Closed"/> after a stop.</summary>
    public async Task<BrokerStatus> ServeAsync(CancellationToken stop)
    {
        await using var stopped = stop.Register(() => _ended.TrySetResult(BrokerStatus.Closed));
        return await _ended.Task.ConfigureAwait(false);
    }

    public Task<PublishResult> Publish(in MqttMessage message)
    {
        if (_window is not { } window) { return Task.FromResult(PublishResult.NotConnected); }
        var isTopic = message.Topic.Length > 0 && !message.Topic.AsSpan().ContainsAny('+', '#', '\0');
        if (!isTopic) { return Task.FromResult(Reasons.BadTopic); }
        if (message.Qos == MqttQos.AtLeastOnce && !_hasQos1) { return Task.FromResult(Reasons.QosTooHigh); }
        if (PacketSize.Of(message, _options.Version) is not { } size || size > _maxPacket) { return Task.FromResult(Reasons.TooLarge); }
        return window.Add(message with { Payload = message.Payload.ToArray(), Retain = message.Retain && _hasRetain });
    }

    // Without a token: one that fires while the library writes could leave half a packet on the wire. The clock ends the connection
    // instead.
    [SuppressMessage("Design", "CA1031", Justification = "The library fails in many types; all of them mean that no answer came.")]
    private async Task<PublishResult> SendAsync(MqttMessage message)
    {
        var clock = message.Qos == MqttQos.AtMostOnce ? _writes : _answers;
        var awaited = clock.Begin();
        try
        {
            var answer = await _client.PublishAsync(ClientOptions.Publish(message), CancellationToken.None).ConfigureAwait(false);
            var code = (int)answer.ReasonCode;
            return PublishResult.FromReasonCode(code, code < 0x80 ? "" : Reasons.Text(code));
        }
        catch (Exception)
        {
            return PublishResult.Lost;
        }
        finally
        {
            clock.End(awaited);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "As for publishing: whatever the library fails with, there was no answer.")]
    public async Task<PublishResult> SubscribeAsync(string filter, MqttQos qos)
    {
        if (_window is null) { return PublishResult.NotConnected; }
        var awaited = _answers.Begin();
        try
        {
            var options = new MqttClientSubscribeOptions
            {
                // What was said before we came is not asked for, and what is said with RETAIN while we listen keeps that mark: without it a
                // retained command would look like one of this moment.
                TopicFilters =
                [
                    new MqttTopicFilter
                    {
                        Topic = filter, QualityOfServiceLevel = (MqttQualityOfServiceLevel)qos, RetainAsPublished = true,
                        RetainHandling = MqttRetainHandling.DoNotSendOnSubscribe,
                    },
                ],
            };
            var answer = await _client.SubscribeAsync(options, CancellationToken.None).ConfigureAwait(false);
            var code = answer.Items.Count > 0 ? (int)answer.Items.First().ResultCode : 0x80;
            return PublishResult.FromReasonCode(code, code < 0x80 ? "" : Reasons.Text(code));
        }
        catch (MqttProtocolViolationException)
        {
            return new PublishResult(PublishOutcome.Invalid, 0x8F, "not a topic filter");
        }
        catch (Exception)
        {
            return PublishResult.Lost;
        }
        finally
        {
            _answers.End(awaited);
        }
    }

    /// <summary>Sends DISCONNECT behind what is already on its way, so that the broker discards the will. False when that failed.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever the library fails with, the connection is not ended in the agreed way.")]
    public async Task<bool> DisconnectAsync(CancellationToken stop)
    {
        if (_window is null) { return false; }
        try
        {
            await _client.DisconnectAsync(new MqttClientDisconnectOptions(), stop).ConfigureAwait(false);
            _ended.TrySetResult(BrokerStatus.Closed);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    private void Watch()
    {
        // A write that waits for room, while others before it found some, is a slow link: the answer is behind all of that. A frozen broker
        // takes nothing more, or takes everything at once.
        if (!_writes.IsLate && (!_answers.IsLate || _writes.IsMoving)) { return; }
        _ended.TrySetResult(_window is { Unanswered: > 0 } ? Reasons.NoAnswers : Reasons.KeepAlive);
    }

    [SuppressMessage("Design", "CA1031", Justification = "An unanswered ping is found by its clock, whatever the library throws.")]
    private async Task PingAsync()
    {
        var awaited = _answers.Begin();
        try { await _client.PingAsync(CancellationToken.None).ConfigureAwait(false); }
        catch (Exception) { return; }
        _answers.End(awaited);
    }

    /// <summary>Closes the stream. Without a disconnect before, that is the broker's signal to publish the will.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_watch is { } watch) { await watch.DisposeAsync().ConfigureAwait(false); }
        if (_pinger is { } pinger) { await pinger.DisposeAsync().ConfigureAwait(false); }
        _window?.Close();
        _client.Dispose();
        if (_stream is { } stream) { await stream.DisposeAsync().ConfigureAwait(false); }
    }
}
