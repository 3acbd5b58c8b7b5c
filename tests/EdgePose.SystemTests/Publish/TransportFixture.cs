using System.Collections.Concurrent;
using EdgePose.Domain;
using EdgePose.Peers;
using EdgePose.Sinks.Mqtt;
using EdgePose.Sinks.Mqtt.Transport;
using Microsoft.Extensions.Logging;

namespace EdgePose.SystemTests.Publish;

/// <summary>Collects every log line, so that a test can look for what must be there once and for what must never be there.</summary>
internal sealed class LogLines<T> : ILogger<T>
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> All => [.. _lines];
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"{eventId.Id} {formatter(state, exception)} {exception}");
}

/// <summary>A transport to a test broker, with every state it went through.</summary>
internal sealed class TransportFixture : IAsyncDisposable
{
    private readonly ConcurrentQueue<BrokerStatus> _states = new();

    public TransportFixture(MqttSettings options)
    {
        Transport = new MqttTransport(options, TimeProvider.System, Log);
        Transport.StatusChanged += _states.Enqueue;
        Transport.MessageReceived += Received.Enqueue;
    }

    public MqttTransport Transport { get; }
    public LogLines<MqttTransport> Log { get; } = new();
    public ConcurrentQueue<MqttMessage> Received { get; } = new();
    public IReadOnlyList<BrokerStatus> States => [.. _states];

    public static MqttSettings To(MosquittoBroker broker) => new()
    {
        Host = broker.Host, Port = broker.Port, ClientId = "edgepose-hall", BackoffMin = TimeSpan.FromMilliseconds(100),
    };

    public static TransportFixture Start(MqttSettings options, MqttWill? will = null)
    {
        var fixture = new TransportFixture(options);
        fixture.Transport.Start(() => will);
        return fixture;
    }

    public async Task<BrokerStatus> UntilAsync(BrokerState state)
    {
        await Tools.UntilAsync(
            () => Task.FromResult(States.Any(s => s.State == state)),
            () => $"never {state}; it went through {string.Join(", ", States)}");
        return States.First(s => s.State == state);
    }

    public static MqttMessage Message(string topic, string payload, MqttQos qos = MqttQos.AtLeastOnce, bool retain = false, MqttProperties? properties = null) =>
        new(topic, System.Text.Encoding.UTF8.GetBytes(payload), qos, retain, properties ?? MqttProperties.None);

    public static Secret Password(string value) => new(value);

    public ValueTask DisposeAsync() => Transport.DisposeAsync();
}
