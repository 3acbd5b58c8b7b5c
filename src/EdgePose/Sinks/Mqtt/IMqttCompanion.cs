using EdgePose.Delivery;
using EdgePose.Loops;

namespace EdgePose.Sinks.Mqtt;

/// <summary>Something that lives on the sink's connection beside what the daemon publishes: commands, Home Assistant.</summary>
internal interface IMqttCompanion : IAsyncDisposable
{
    /// <summary>Topic filters to subscribe to; a subscription lives as long as the connection, so that this is done after each connect.</summary>
    IReadOnlyList<string> Filters { get; }

    /// <summary>The same without + and #, for brokers that take none.</summary>
    IReadOnlyList<string> Names => Filters;

    /// <summary>Its loops.</summary>
    IReadOnlyList<Supervision> Supervised => [];

    /// <summary>Called once, before the sink connects.</summary>
    void Start(ISinkHost host, Func<MqttMessage, Task<PublishResult>> send);

    /// <summary>The connection has changed.</summary>
    void Connection(SinkStatus status)
    {
        // Most only listen and render.
    }

    /// <summary>A message that arrived, of this companion or another. On the transport's own thread: returns at once.</summary>
    void Receive(in MqttMessage message);

    /// <summary>The retained topics that it brings, of these values.</summary>
    IReadOnlyList<string> Expect(IReadOnlySet<StateKey> values) => [];

    /// <summary>The retained messages that this companion makes of a value, in their order.</summary>
    IReadOnlyList<MqttMessage> Render(StateValue value) => [];

    /// <summary>The broker has what <see cref="Render"/> made of a value.</summary>
    void Taken(StateValue value)
    {
        // Few want to know.
    }

    /// <summary>The sink takes leave: ends when everything that the other side waits for is said.</summary>
    Task FinishAsync() => Task.CompletedTask;
}
