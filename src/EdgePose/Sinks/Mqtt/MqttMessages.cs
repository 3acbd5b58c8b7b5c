using System.Collections.Concurrent;
using System.Globalization;
using EdgePose.Delivery;
using EdgePose.Delivery.Documents;

namespace EdgePose.Sinks.Mqtt;

/// <summary>The messages of the contract (MQTT.md): what becomes of poses, events and kept values.</summary>
/// <param name="topics">Where they go.</param>
/// <param name="options">How events are wrapped.</param>
/// <param name="forms">Further forms of each event.</param>
/// <param name="version">Protocol of the connection of this moment; null = that of <paramref name="options"/>.</param>
internal sealed class MqttMessages(Topics topics, MqttSinkSettings options, IReadOnlyList<IEventForm> forms, Func<MqttVersion>? version = null)
{
    private static readonly MqttProperties Info = MqttProperties.Json(Payloads.InfoSchema), Status = MqttProperties.Json(Payloads.StatusSchema);
    private static readonly MqttProperties Skeleton = MqttProperties.Json(Payloads.SkeletonSchema);
    private static readonly MqttProperties StreamState = MqttProperties.Json(Payloads.StreamStateSchema);
    private readonly MqttProperties _poses = MqttProperties.Json(Payloads.PosesSchema) with { Expiry = options.PosesExpiry };
    private readonly ConcurrentDictionary<string, string> _posesTopics = new();

    public MqttMessage Of(PosesMessage poses) =>
        new(_posesTopics.GetOrAdd(poses.Stream, topics.Poses), poses.Body, MqttQos.AtMostOnce, false, _poses);

    /// <summary>Null for values that have no topic of ours.</summary>
    public MqttMessage? Of(StateValue value)
    {
        if (TopicOf(value.Key) is not { } topic) { return null; }
        var qos = value.Key.Kind is StateKind.Status or StateKind.People && !value.IsGone ? MqttQos.AtMostOnce : MqttQos.AtLeastOnce;
        return new MqttMessage(topic, value.Body, qos, true, PropertiesOf(value.Key.Kind));
    }

    /// <summary>Where a value is retained; null when it has no topic of ours.</summary>
    public string? TopicOf(in StateKey key) => key.Kind switch
    {
        StateKind.Availability => topics.Availability,
        StateKind.Info => topics.Info,
        StateKind.Status => topics.Status,
        StateKind.StreamAvailability => topics.StreamAvailability(key.Stream),
        StateKind.StreamState => topics.StreamState(key.Stream),
        StateKind.People => topics.People(key.Stream),
        StateKind.Zone => topics.Zone(key.Stream, key.Part),
        StateKind.Rule => topics.Rule(key.Stream, key.Part),
        StateKind.Skeleton => topics.Skeleton(key.Part),
        StateKind.Announcement => null,
        _ => throw new ArgumentOutOfRangeException(nameof(key), key.Kind, "no such kind of value"),
    };

    private static MqttProperties PropertiesOf(StateKind kind) => kind switch
    {
        StateKind.Info => Info,
        StateKind.Status => Status,
        StateKind.StreamState => StreamState,
        StateKind.Skeleton => Skeleton,
        StateKind.Availability or StateKind.StreamAvailability or StateKind.People or StateKind.Zone or StateKind.Rule => MqttProperties.Text,
        StateKind.Announcement => MqttProperties.None,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind of value"),
    };

    /// <summary>Every message that an event causes, our own first.</summary>
    public IReadOnlyList<MqttMessage> Of(StampedEvent e) => Sent([Own(e), .. forms.Select(f => f.Render(e))], e.IsLate, e.Left);

    /// <summary>The messages of an event that an earlier version wrote, as they are.</summary>
    public static IReadOnlyList<MqttMessage> Of(RenderedEvent e) => Sent(e.Messages.Select(m => Of(m, e.IsLate)), e.IsLate, e.Left);

    private static MqttMessage Of(RenderedMessage m, bool isLate) => new(
        m.Topic, isLate ? LateMark.Set(m.Body) : m.Body, MqttQos.AtLeastOnce, false,
        new MqttProperties { ContentType = m.ContentType, Utf8 = true, User = m.User });

    /// <summary>With what is known only when an event is sent.</summary>
    public static IReadOnlyList<MqttMessage> Sent(IEnumerable<MqttMessage> messages, bool isLate, TimeSpan? left)
    {
        var replayed = new KeyValuePair<string, string>("replayed", isLate ? "true" : "false");
        TimeSpan? expiry = left is { } some ? TimeSpan.FromSeconds(Math.Max(1, some.TotalSeconds)) : null;
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
            if ((version?.Invoke() ?? options.Version) == MqttVersion.V5)
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
