using System.Collections.Concurrent;
using System.Globalization;
using EdgePose.Delivery;
using EdgePose.Delivery.Documents;

namespace EdgePose.Sinks.Mqtt;

/// <summary>The messages of the contract (MQTT.md): what becomes of poses, events and kept values.</summary>
internal sealed class MqttMessages(Topics topics, MqttSinkSettings options, IReadOnlyList<IEventForm> forms)
{
    private static readonly MqttProperties Info = MqttProperties.Json(Payloads.InfoSchema), Status = MqttProperties.Json(Payloads.StatusSchema);
    private static readonly MqttProperties StreamState = MqttProperties.Json(Payloads.StreamStateSchema);
    private readonly MqttProperties _poses = MqttProperties.Json(Payloads.PosesSchema) with { Expiry = options.PosesExpiry };
    private readonly ConcurrentDictionary<string, string> _posesTopics = new();

    public MqttMessage Of(PosesMessage poses) =>
        new(_posesTopics.GetOrAdd(poses.Stream, topics.Poses), poses.Body, MqttQos.AtMostOnce, false, _poses);

    /// <summary>Null for values that have no topic of ours.</summary>
    public MqttMessage? Of(StateValue value)
    {
        var (stream, zone) = (value.Key.Stream, value.Key.Zone);
        return value.Key.Kind switch
        {
            StateKind.Availability => Of(topics.Availability, MqttQos.AtLeastOnce, MqttProperties.Text),
            StateKind.Info => Of(topics.Info, MqttQos.AtLeastOnce, Info),
            StateKind.Status => Of(topics.Status, MqttQos.AtMostOnce, Status),
            StateKind.StreamAvailability => Of(topics.StreamAvailability(stream), MqttQos.AtLeastOnce, MqttProperties.Text),
            StateKind.StreamState => Of(topics.StreamState(stream), MqttQos.AtLeastOnce, StreamState),
            StateKind.People => Of(topics.People(stream), MqttQos.AtMostOnce, MqttProperties.Text),
            StateKind.Zone => Of(topics.Zone(stream, zone), MqttQos.AtLeastOnce, MqttProperties.Text),
            StateKind.Announcement => null,
            _ => throw new ArgumentOutOfRangeException(nameof(value), value.Key.Kind, "no such kind of value"),
        };

        MqttMessage? Of(string topic, MqttQos qos, MqttProperties properties) => new MqttMessage(topic, value.Body, qos, true, properties);
    }

    /// <summary>Every message that an event causes, our own first.</summary>
    public IReadOnlyList<MqttMessage> Of(StampedEvent e)
    {
        var replayed = new KeyValuePair<string, string>("replayed", e.IsLate ? "true" : "false");
        TimeSpan? expiry = e.Left is { } left ? TimeSpan.FromSeconds(Math.Max(1, left.TotalSeconds)) : null;
        MqttMessage[] messages = [Own(e), .. forms.Select(f => f.Render(e))];
        return [.. messages.Select(m => m with { Properties = m.Properties with { User = [.. m.Properties.User, replayed], Expiry = expiry } })];
    }

    private MqttMessage Own(StampedEvent e)
    {
        var (body, type, id) = (e.Document(), "application/json", e.Id);
        List<KeyValuePair<string, string>> user =
        [
            new("schema", Payloads.EventSchema), new("id", id), new("seq", e.Stamp.Seq.ToString(CultureInfo.InvariantCulture)),
        ];
        if (options.Envelope == EventEnvelope.CloudEvents)
        {
            if (options.Version == MqttVersion.V5)
            {
                // "id" is one of CloudEvents' own attributes and the same.
                user = [.. CloudEvent.Attributes(e.Event, e.Stamp), .. user.Where(u => u.Key is not "id")];
            }
            else
            {
                body = CloudEvent.Structured(e.Event, e.Stamp, body);
                type = CloudEvent.StructuredType;
            }
        }
        var properties = new MqttProperties { ContentType = type, Utf8 = true, User = user };
        return new MqttMessage(topics.Events(e.Event.Stream), body, MqttQos.AtLeastOnce, false, properties);
    }
}
