using EdgePose.Delivery;
using EdgePose.Delivery.Documents;
using EdgePose.Delivery.Memory;
using EdgePose.Delivery.Spool;
using EdgePose.Domain;
using EdgePose.Sinks.HomeAssistant;
using EdgePose.Sinks.Mqtt;
using EdgePose.Sinks.Mqtt.Commands;
using EdgePose.Sinks.Onvif;
using Microsoft.Extensions.Logging;

namespace EdgePose.TestSupport;

/// <summary>What a test may set of the outbox and its MQTT sink.</summary>
internal sealed record PublicationOptions
{
    public required string Prefix { get; init; }
    public required string Node { get; init; }
    public required double MaxRate { get; init; }
    public int QueueCapacity { get; init; } = 64;
    public int Window { get; init; } = 32;
    public IReadOnlyList<string> Commands { get; init; } = [];
    public string DiscoveryPrefix { get; init; } = "";
    public DurableSpool? Spool { get; init; }
    public bool Onvif { get; init; }
    public Announced? Memory { get; init; }
    public TimeSpan WillDelay { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>The outbox with an MQTT sink, as the daemon has it.</summary>
internal sealed class Publication : IAsyncDisposable
{
    private readonly Outbox _outbox;
    private readonly MqttSink _sink;

    public Publication(PublicationOptions options, IMqttTransport transport, TimeProvider time, ILogger logger, Func<bool> clockIsSynced, Func<string, string> redact)
    {
        var topics = new Topics(options.Prefix, options.Node);
        List<IMqttCompanion> companions = [];
        var memory = options.Memory ?? new Announced(null, time, new Named<Announced>(logger));
        if (options.Commands.Count > 0)
        {
            companions.Add(new CommandCompanion(topics, options.Commands, ReloadAsync, time, new Named<CommandCompanion>(logger)));
        }
        if (options.DiscoveryPrefix.Length > 0) { companions.Add(new HomeAssistantCompanion(new Discovery(options.DiscoveryPrefix, options.Node, "1", topics), memory)); }
        List<ISink> copies = [];
        var settings = new MqttSinkSettings { Prefix = options.Prefix, Node = options.Node, WillDelay = options.WillDelay, Window = options.Window };
        if (options.Onvif)
        {
            var onvif = new OnvifSink(new OnvifForm(topics), settings, time, new Named<OnvifSink>(logger), redact);
            companions.Add(onvif);
            copies.Add(onvif);
        }
        _sink = new MqttSink(settings, transport, companions, memory, time, new Named<MqttSink>(logger), redact);
        _outbox = new Outbox(
            new OutboxSettings { Node = options.Node, MaxRate = options.MaxRate, QueueCapacity = options.QueueCapacity, Spool = options.Spool },
            [_sink, .. copies], time, new Named<Outbox>(logger), clockIsSynced);
    }

    public event Action? ReloadRequested;

    private Task<ReloadAnswer> ReloadAsync()
    {
        ReloadRequested?.Invoke();
        return Task.FromResult(new ReloadAnswer("", """{"reload":"started"}"""u8.ToArray()));
    }

    public BrokerStatus Broker => _sink.Broker;
    public SinkStats Stats => _outbox.Sinks[0].Stats;
    public (long Published, long DeadLetters) EventCounts => (_outbox.Sinks[0].Events.Delivered, _outbox.Sinks[0].Events.GivenUp);

    public void Start() => _outbox.Start();

    public void SetInfo(NodeInfo info) => _outbox.SetInfo(info);

    public void SetStatus(NodeStatus status) => _outbox.SetStatus(status);

    public void SetStream(string id, StreamStatus status, in StreamFigures figures) => _outbox.SetStream(id, status, figures);

    public void RemoveStream(string id) => _outbox.RemoveStream(id);

    public void SetZone(string stream, string zone, int people) => _outbox.SetZone(stream, zone, people);

    public void RemoveZone(string stream, string zone) => _outbox.RemoveZone(stream, zone);

    public void Announce(IReadOnlyList<Announcement> streams) => _outbox.Announce(streams);

    public void Poses(in PoseReport report) => _outbox.Poses(report);

    public AppendTicket Event(PoseEvent e, ModelInfo? model) => _outbox.Event(e, model);

    public Task StopAsync(CancellationToken stop) => _outbox.StopAsync(stop);

    public ValueTask DisposeAsync() => _outbox.DisposeAsync();

    /// <summary>One log for all classes.</summary>
    private sealed class Named<T>(ILogger inner) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => inner.BeginScope(state);
        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            inner.Log(logLevel, eventId, state, exception, formatter);
    }
}
