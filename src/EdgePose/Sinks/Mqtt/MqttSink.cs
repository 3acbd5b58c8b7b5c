using EdgePose.Delivery;
using EdgePose.Delivery.Documents;
using EdgePose.Delivery.Memory;
using EdgePose.Loops;
using Microsoft.Extensions.Logging;

namespace EdgePose.Sinks.Mqtt;

/// <summary>
/// Says over MQTT what the daemon knows (contract: MQTT.md). Kept values are retained; the chain around brings all of them again after each
/// connect, because a broker may have lost its store (reliability.md 1.4). The last will says <c>offline</c> when the daemon cannot.
/// </summary>
internal sealed partial class MqttSink : ISink
{
    /// <summary>
    /// Above the patience of the transport, which gives up a message after six times ten seconds and always answers: on a link of 20 kbit/s the last of
    /// 32 events waits longer than half a minute, and sending it again would only make that worse.
    /// </summary>
    public static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(75);

    private readonly MqttSinkSettings _options;
    private readonly IMqttTransport _transport;
    private readonly MqttMessages _messages;
    private readonly IReadOnlyList<IMqttCompanion> _companions;
    private readonly Topics _topics;
    private readonly AckSettling _settling;
    private readonly RetainedTopics _retained;
    private readonly InTurn _values;
    private readonly Supervision _supervision;
    private readonly ILogger _logger;
    private readonly Func<string, string> _redact;
    private ISinkHost? _host;
    private volatile BrokerStatus _broker = BrokerStatus.Connecting;
    private volatile bool _hasSaidOffline;

    /// <param name="options">Topics and forms.</param>
    /// <param name="transport">Owned.</param>
    /// <param name="companions">What else lives on the connection; owned.</param>
    /// <param name="memory">Which topics the broker keeps.</param>
    /// <param name="time">For acknowledgements, which are believed a moment later.</param>
    /// <param name="logger">One line per change of the broker's state.</param>
    /// <param name="redact">Masks secrets in reasons that come from the network or the library.</param>
    public MqttSink(
        MqttSinkSettings options, IMqttTransport transport, IReadOnlyList<IMqttCompanion> companions, Announced memory, TimeProvider time,
        ILogger<MqttSink> logger, Func<string, string> redact)
    {
        (_options, _transport, _companions, _logger, _redact) = (options, transport, companions, logger, redact);
        _topics = new Topics(options.Prefix, options.Node);
        _messages = new MqttMessages(_topics, options, [], () => transport.Version);
        _supervision = new Supervision(Name, time, logger);
        _settling = new AckSettling(_supervision, time);
        _retained = new RetainedTopics(memory, m => _transport.PublishAsync(m), options.LongestWill, _supervision, time, logger);
        _values = new InTurn(messages => messages.All(m => _retained.IsSafe(m)), _retained.RememberAsync, m => _transport.PublishAsync(m));
    }

    public string Name => "mqtt";
    public SinkTraits Traits => new() { Events = EventPromise.Kept, Window = _options.Window, SendLimit = SendLimit };

    /// <summary>State of the connection, with a redacted reason.</summary>
    public BrokerStatus Broker => _broker;

    public IReadOnlyList<Supervision> Supervised => [_supervision, .. _companions.SelectMany(c => c.Supervised), .. _transport.Supervision is { } own ? [own] : (Supervision[])[]];

    public void Start(ISinkHost host)
    {
        if (_host is null)
        {
            _host = host;
            _settling.Start(host);
            _retained.Start();
            foreach (var companion in _companions) { companion.Start(host, m => _transport.PublishAsync(m)); }
            _transport.StatusChanged += OnStatusChanged;
            _transport.MessageReceived += OnMessage;
        }
        var will = new MqttWill(_topics.Availability, Payloads.Offline, _options.WillDelay);
        _transport.Start(() => will);
    }

    public void Expect(IReadOnlySet<StateKey> values)
    {
        HashSet<string> topics = [.. values.Select(v => _messages.TopicOf(v)).OfType<string>(), .. _companions.SelectMany(c => c.Expect(values))];
        _retained.Expect(topics, _topics.Availability);
    }

    public async Task<SendResult> SendAsync(PosesMessage poses) => Of(await _transport.PublishAsync(_messages.Of(poses)).ConfigureAwait(false));

    public async Task<SendResult> SendAsync(StateValue value)
    {
        var own = _messages.Of(value);
        List<MqttMessage> messages = [.. own is { } message ? [message] : Array.Empty<MqttMessage>(), .. _companions.SelectMany(c => c.Render(value))];
        var result = Of(await WorstOf(await _values.HandOver(messages).ConfigureAwait(false)).ConfigureAwait(false));
        if (result.IsSuccess)
        {
            foreach (var companion in _companions) { companion.Taken(value); }
            foreach (var cleared in messages.Where(m => value.IsGone && m.Payload.IsEmpty)) { _retained.Cleared(cleared.Topic); }
        }
        if (value.Key == StateKey.Availability && value.Body.Span.SequenceEqual(Payloads.Offline)) { _hasSaidOffline = result.IsSuccess; }
        return result;
    }

    public Task<SendResult> SendAsync(StampedEvent e) => SendAsync(_messages.Of(e));

    public Task<SendResult> SendAsync(RenderedEvent e) => SendAsync(MqttMessages.Of(e));

    private async Task<SendResult> SendAsync(IReadOnlyList<MqttMessage> ofOneEvent)
    {
        var connection = _settling.Connection;
        var answers = await Task.WhenAll(ofOneEvent.Select(m => _transport.PublishAsync(m))).ConfigureAwait(false);
        if (!answers[0].IsSuccess) { return Of(answers[0]); }
        foreach (var copy in answers.Where(a => !a.IsSuccess))
        {
            if (!copy.IsForNow && copy.Outcome is PublishOutcome.Refused or PublishOutcome.Invalid) { Log.CopyRefused(_logger, ofOneEvent[0].Topic, _redact(copy.Reason)); }
            else { return Of(copy); }
        }
        return SendResult.Accepted with { Settled = _settling.BelieveAsync(connection) };
    }

    private static async Task<PublishResult> WorstOf(Task<PublishResult>[] sent)
    {
        var worst = new PublishResult(PublishOutcome.Accepted, 0, "");
        foreach (var result in await Task.WhenAll(sent).ConfigureAwait(false))
        {
            // Lost comes first: what is sent again anyway is not refused for good.
            if (worst.IsSuccess || result.Outcome is PublishOutcome.ConnectionLost or PublishOutcome.NotConnected or PublishOutcome.Busy)
            {
                worst = result.IsSuccess ? worst : result;
            }
        }
        return worst;
    }

    private SendResult Of(in PublishResult result) => Answers.Of(result, _redact);

    // What is thrown here is the transport's: it counts it, and tries another connection.
    private void OnStatusChanged(BrokerStatus status)
    {
        var shown = status with { Reason = _redact(status.Reason) };
        _broker = shown;
        _retained.ConnectionChanged(status.IsConnected);
        if (!status.IsConnected) { _settling.ConnectionLost(); }
        else
        {
            foreach (var companion in _companions) { _ = SubscribeAsync(companion); }
        }
        var told = new SinkStatus(Word(status.State), shown.Reason, status.IsConnected);
        _host?.Report(told);
        foreach (var companion in _companions) { companion.Connection(told); }
        if (shown.Reason.Length == 0) { Log.BrokerWell(_logger, shown.State); }
        else { Log.BrokerIll(_logger, shown.State, shown.Reason); }
    }

    private void OnMessage(MqttMessage message)
    {
        foreach (var companion in _companions) { companion.Receive(message); }
    }

    /// <summary>Where the broker takes no filters with + or #, the names themselves.</summary>
    private async Task SubscribeAsync(IMqttCompanion companion)
    {
        const int WildcardsNotSupported = 0xA2;
        var filters = _transport.HasWildcards ? companion.Filters : companion.Names;
        foreach (var filter in filters)
        {
            if (await SubscribeAsync(filter).ConfigureAwait(false) != WildcardsNotSupported || companion.Names.Contains(filter)) { continue; }
            foreach (var name in companion.Names) { await SubscribeAsync(name).ConfigureAwait(false); }
            return;
        }
    }

    private async Task<int> SubscribeAsync(string filter)
    {
        var result = await _transport.SubscribeAsync(filter, MqttQos.AtLeastOnce).ConfigureAwait(false);
        if (result.Outcome is PublishOutcome.Refused or PublishOutcome.Invalid) { Log.NotSubscribed(_logger, filter, _redact(result.Reason)); }
        return result.ReasonCode;
    }

    private static string Word(BrokerState state) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());

    /// <summary>Ends the connection so that the broker forgets the will, but only when the offline values have arrived.</summary>
    public async Task StopAsync(CancellationToken stop)
    {
        if (!_broker.IsConnected) { return; }
        foreach (var companion in _companions) { await companion.FinishAsync().WaitAsync(stop).ConfigureAwait(false); }
        if (!_hasSaidOffline)
        {
            Log.StoppedUnacknowledged(_logger);
            return;
        }
        await _transport.DisconnectAsync(stop).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _transport.StatusChanged -= OnStatusChanged;
        _transport.MessageReceived -= OnMessage;
        await _retained.DisposeAsync().ConfigureAwait(false);
        // First the connection: a companion waits for the answer to what it has sent.
        await _transport.DisposeAsync().ConfigureAwait(false);
        foreach (var companion in _companions) { await companion.DisposeAsync().ConfigureAwait(false); }
        _settling.Dispose();
    }
}
