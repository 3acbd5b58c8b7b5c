using EdgePose.Delivery;
using EdgePose.Delivery.Memory;
using EdgePose.Domain;
using EdgePose.Sinks.Mqtt;

namespace EdgePose.Sinks.HomeAssistant;

/// <summary>
/// Announces each stream to Home Assistant on the connection of the MQTT sink, as retained discovery documents; again when Home Assistant
/// says that it has started. An entity that is no longer among those of its stream is taken back by a document that names it without anything
/// else, as Home Assistant wants it, before the one without it.
/// </summary>
/// <param name="discovery">Makes the documents.</param>
/// <param name="memory">Under the topic of each document it notes the entities that Home Assistant was told of.</param>
internal sealed class HomeAssistantCompanion(Discovery discovery, Announced memory) : IMqttCompanion
{
    private static readonly MqttProperties Properties = new() { ContentType = "application/json", Utf8 = true };
    private readonly bool _isFirstLife = memory.IsNew;
    private ISinkHost? _host;

    public IReadOnlyList<string> Filters => [discovery.StatusTopic];

    public void Start(ISinkHost host, Func<MqttMessage, Task<PublishResult>> send) => _host = host;

    public void Receive(in MqttMessage message)
    {
        // A retained "online" is what it said before we came; the connect has sent everything already.
        if (message.Topic != discovery.StatusTopic || message.Retain || !message.Payload.Span.SequenceEqual("online"u8)) { return; }
        _host?.Resend(StateKind.Announcement);
    }

    public IReadOnlyList<string> Expect(IReadOnlySet<StateKey> values)
    {
        var streams = values.Where(v => v.Kind == StateKind.Announcement).Select(v => v.Stream).ToList();
        if (_isFirstLife)
        {
            // A version without a memory may have announced these; what is remembered and not expected is cleared.
            foreach (var topic in streams.Select(discovery.FormerTopic).OfType<string>()) { memory.Put(topic, ""); }
        }
        return [.. streams.Select(discovery.Topic)];
    }

    public IReadOnlyList<MqttMessage> Render(StateValue value)
    {
        if (value.Key.Kind != StateKind.Announcement) { return []; }
        var topic = discovery.Topic(value.Key.Stream);
        // An empty retained message makes Home Assistant forget the device.
        if (value.Announcement is not { } stream) { return [Message(topic, default)]; }
        var (now, told) = (discovery.Entities(stream), Told(topic, stream));
        memory.Put(topic, EntityNote.Write([.. now, .. told.Except(now)]));
        var document = Message(topic, discovery.Document(stream));
        return told.Except(now).Any() ? [Message(topic, discovery.Document(stream, [.. told.Except(now)])), document] : [document];
    }

    public void Taken(StateValue value)
    {
        if (value.Announcement is { } stream) { memory.Put(discovery.Topic(stream.Stream), EntityNote.Write(discovery.Entities(stream))); }
    }

    private IReadOnlyList<Entity> Told(string topic, Announcement stream)
    {
        var told = EntityNote.Read(memory.Note(topic) ?? "");
        return told.Count == 0 && _isFirstLife ? Discovery.FormerEntities(stream) : told;
    }

    private static MqttMessage Message(string topic, ReadOnlyMemory<byte> document) => new(topic, document, MqttQos.AtLeastOnce, true, Properties);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
