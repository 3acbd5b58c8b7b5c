using EdgePose.Delivery;
using EdgePose.Domain;
using EdgePose.Sinks.Mqtt;

namespace EdgePose.Sinks.HomeAssistant;

/// <summary>
/// Announces each stream to Home Assistant on the connection of the MQTT sink, as retained discovery documents; again when Home Assistant
/// says that it has started.
/// </summary>
internal sealed class HomeAssistantCompanion(Discovery discovery) : IMqttCompanion
{
    private static readonly MqttProperties Properties = new() { ContentType = "application/json", Utf8 = true };
    private ISinkHost? _host;

    public IReadOnlyList<string> Filters => [discovery.StatusTopic];

    public void Start(ISinkHost host, Func<MqttMessage, Task<PublishResult>> send) => _host = host;

    public void Receive(in MqttMessage message)
    {
        // A retained "online" is what it said before we came; the connect has sent everything already.
        if (message.Topic != discovery.StatusTopic || message.Retain || !message.Payload.Span.SequenceEqual("online"u8)) { return; }
        _host?.Resend(StateKind.Announcement);
    }

    public MqttMessage? Render(StateValue value)
    {
        if (value.Key.Kind != StateKind.Announcement) { return null; }
        // An empty retained message makes Home Assistant forget the device.
        ReadOnlyMemory<byte> document = value.Announcement is { } stream ? discovery.Document(stream) : default;
        return new MqttMessage(discovery.Topic(value.Key.Stream), document, MqttQos.AtLeastOnce, true, Properties);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
