using System.Text.Json;
using EdgePose.Delivery;
using EdgePose.Domain;
using EdgePose.Sinks.Mqtt;

namespace EdgePose.Sinks.HomeAssistant;

/// <summary>
/// Home Assistant's MQTT discovery: one device message per stream, outside our own base. With it the stream's availability, people, zones, rules
/// and events appear without any configuration on the other side.
/// </summary>
/// <param name="prefix">Discovery prefix, normally <c>homeassistant</c>.</param>
/// <param name="node">Id of this node.</param>
/// <param name="version">Version of EdgePose.</param>
/// <param name="topics">Where the values are published.</param>
internal sealed class Discovery(string prefix, string node, string version, Topics topics)
{
    private static readonly IReadOnlyList<string> States =
        [.. Enum.GetNames<StreamState>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <summary>
    /// Home Assistant wants the type of an event under its own name. Every phase comes through: the end of a happening can be of another type
    /// than its start, and only it says that somebody has left.
    /// </summary>
    private static readonly string EventTemplate = "{{ {'event_type': value_json.type, 'phase': value_json.phase, "
        + string.Concat(((string[])["rule", "zone", "line", "direction"]).Select(n => $"'{n}': value_json.{n} | default(''), "))
        + "'score': value_json.score | default(0), 'count': value_json.count | default(0), 'duration_ms': value_json.duration_ms | default(0), "
        + "'reason': value_json.reason | default(''), 'time': value_json.time, 'late': value_json.published_late, "
        + "'key': value_json.key | default(''), 'id': value_json.id} | tojson }}";

    /// <summary>Where Home Assistant says that it has started and wants to be told again.</summary>
    public string StatusTopic { get; } = $"{prefix}/status";

    /// <summary>Where a stream is announced.</summary>
    public string Topic(string stream) => $"{prefix}/device/{Id(stream)}/config";

    /// <summary>Where versions without <see cref="Id"/> announced a stream; null when it is the same.</summary>
    public string? FormerTopic(string stream) => FormerId(stream) == Id(stream) ? null : $"{prefix}/device/{FormerId(stream)}/config";

    /// <summary>The entities of such a version that are no longer there.</summary>
    public static IReadOnlyList<Entity> FormerEntities(Announcement stream) =>
        [.. stream.EventTypes.Where(t => t.State is not null).Select(t => new Entity(t.Name, "binary_sensor"))];

    /// <summary>
    /// Unlike that of any other stream of any other node. Names begin with a letter or a digit, so a single underscore, or the last one of an odd
    /// run, can only be the one between them once their own are doubled.
    /// </summary>
    private string Id(string stream) => $"edgepose_{Doubled(node)}_{Doubled(stream)}";

    private string FormerId(string stream) => $"edgepose_{node}_{stream}";

    private static string Doubled(string name) => name.Replace("_", "__", StringComparison.Ordinal);

    public IReadOnlyList<Entity> Entities(Announcement stream) => [.. Components(stream).Select(c => new Entity(c.Key, c.Value.P))];

    /// <param name="stream">What is announced.</param>
    /// <param name="gone">Entities to take back, which the document names without saying anything of them.</param>
    public byte[] Document(Announcement stream, IReadOnlyList<Entity>? gone = null)
    {
        var components = Components(stream);
        foreach (var entity in gone ?? []) { components.TryAdd(entity.Key, new Component { P = entity.Platform }); }
        var document = new DiscoveryDocument(
            new Device([Id(stream.Stream)], $"EdgePose {node} {stream.Stream}", "EdgePose", "pose analytics stream", version),
            new Origin("EdgePose", version), components, [new(topics.Availability)], "all", 1);
        return JsonSerializer.SerializeToUtf8Bytes(document, DiscoveryContext.Plain.DiscoveryDocument);
    }

    private Dictionary<string, Component> Components(Announcement stream)
    {
        var components = new Dictionary<string, Component>(StringComparer.Ordinal);
        // Numbers of people are worth nothing while no pictures come.
        IReadOnlyList<AvailabilityTopic> seeing = [new(topics.Availability), new(topics.StreamAvailability(stream.Stream))];
        void Add(string key, string name, string topic, Component component) =>
            components.Add(key, component with { Name = name, UniqueId = $"{Id(stream.Stream)}_{key}", StateTopic = topic });

        Add("people", "People", topics.People(stream.Stream), new()
        {
            P = "sensor", StateClass = "measurement", Icon = "mdi:account-group", Availability = seeing, AvailabilityMode = "all",
        });
        foreach (var zone in stream.Zones)
        {
            Add($"zone_{zone}", $"People in {zone}", topics.Zone(stream.Stream, zone), new()
            {
                P = "sensor", StateClass = "measurement", Icon = "mdi:map-marker-account", Availability = seeing, AvailabilityMode = "all",
            });
        }
        foreach (var rule in stream.Rules)
        {
            if (rule.State is not { } state) { continue; }
            var isAlone = stream.Rules.Count(r => r.State?.Name == state.Name) == 1;
            Add($"rule_{rule.Name}", isAlone ? state.Name : $"{state.Name} {rule.Name}", topics.Rule(stream.Stream, rule.Name), new()
            {
                P = "binary_sensor", DeviceClass = state.DeviceClass, PayloadOn = "on", PayloadOff = "off",
                ValueTemplate = "{{ 'off' if value == '0' else 'on' }}", Availability = seeing, AvailabilityMode = "all",
            });
        }
        AddDiagnostics(Add, topics.StreamState(stream.Stream));
        if (stream.EventTypes.Count > 0)
        {
            Add("event", "Event", topics.Events(stream.Stream), new()
            {
                P = "event", EventTypes = [.. stream.EventTypes.Select(t => t.Name)], Icon = "mdi:human", ValueTemplate = EventTemplate,
            });
        }
        return components;
    }

    /// <summary>What is wrong with a camera is asked for when it gives no pictures: these are there as long as the node is.</summary>
    private static void AddDiagnostics(Action<string, string, string, Component> add, string state)
    {
        add("state", "State", state, new()
        {
            P = "sensor", ValueTemplate = "{{ value_json.state }}", DeviceClass = "enum", Options = States, EntityCategory = "diagnostic",
        });
        add("fps", "Frames per second", state, new()
        {
            P = "sensor", ValueTemplate = "{{ value_json.fps_processed }}", StateClass = "measurement", UnitOfMeasurement = "fps", EntityCategory = "diagnostic",
        });
        add("frame_age", "Frame age", state, new()
        {
            P = "sensor", ValueTemplate = "{{ value_json.frame_age_p99_ms }}", DeviceClass = "duration", StateClass = "measurement", UnitOfMeasurement = "ms",
            EntityCategory = "diagnostic",
        });
    }
}
