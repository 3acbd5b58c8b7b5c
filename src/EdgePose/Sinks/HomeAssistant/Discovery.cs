using System.Text.Json;
using EdgePose.Domain;
using EdgePose.Sinks.Mqtt;

namespace EdgePose.Sinks.HomeAssistant;

/// <summary>
/// Home Assistant's MQTT discovery: one device message per stream, outside our own base. With it the stream's availability, people, zones
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

    /// <summary>Where Home Assistant says that it has started and wants to be told again.</summary>
    public string StatusTopic { get; } = $"{prefix}/status";

    /// <summary>Where a stream is announced.</summary>
    public string Topic(string stream) => $"{prefix}/device/edgepose_{node}_{stream}/config";

    public byte[] Document(Announcement stream)
    {
        var components = new Dictionary<string, Component>(StringComparer.Ordinal);
        void Add(string key, Component component) => components.Add(key, component);
        var state = topics.StreamState(stream.Stream);

        Add("people", Sensor(stream, "people", "People", topics.People(stream.Stream)) with { StateClass = "measurement", Icon = "mdi:account-group" });
        Add("state", Sensor(stream, "state", "State", state) with
        {
            ValueTemplate = "{{ value_json.state }}",
            DeviceClass = "enum",
            Options = States,
            EntityCategory = "diagnostic",
        });
        Add("fps", Sensor(stream, "fps", "Frames per second", state) with
        {
            ValueTemplate = "{{ value_json.fps_processed }}",
            StateClass = "measurement",
            UnitOfMeasurement = "fps",
            EntityCategory = "diagnostic",
        });
        Add("frame_age", Sensor(stream, "frame_age", "Frame age", state) with
        {
            ValueTemplate = "{{ value_json.frame_age_p99_ms }}",
            DeviceClass = "duration",
            StateClass = "measurement",
            UnitOfMeasurement = "ms",
            EntityCategory = "diagnostic",
        });
        foreach (var zone in stream.Zones)
        {
            Add($"zone_{zone}", Sensor(stream, $"zone_{zone}", $"People in {zone}", topics.Zone(stream.Stream, zone)) with
            {
                StateClass = "measurement",
                Icon = "mdi:map-marker-account",
            });
        }
        if (stream.EventTypes.Count > 0) { AddEvents(stream, components); }
        var document = new DiscoveryDocument(
            new Device([$"edgepose_{node}_{stream.Stream}"], $"EdgePose {node} {stream.Stream}", "EdgePose", "pose analytics stream", version),
            new Origin("EdgePose", version), components,
            [new(topics.Availability), new(topics.StreamAvailability(stream.Stream))], "all", 1);
        return JsonSerializer.SerializeToUtf8Bytes(document, DiscoveryContext.Plain.DiscoveryDocument);
    }

    private void AddEvents(Announcement stream, Dictionary<string, Component> components)
    {
        var topic = topics.Events(stream.Stream);
        components.Add("event", new Component
        {
            P = "event", Name = "Event", UniqueId = Unique(stream, "event"), StateTopic = topic, EventTypes = [.. stream.EventTypes.Select(t => t.Name)], Icon = "mdi:human",
            // Home Assistant wants the type under its own name, and an empty result for what it is not to raise.
            ValueTemplate = "{% if value_json.phase == 'start' %}{{ {'event_type': value_json.type, 'score': value_json.score, "
                + "'zone': value_json.zone | default(''), 'id': value_json.id} | tojson }}{% endif %}",
        });
        foreach (var type in stream.EventTypes)
        {
            if (type.State is not { } state) { continue; }
            components.Add(type.Name, new Component
            {
                P = "binary_sensor", Name = state.Name, UniqueId = Unique(stream, type.Name), StateTopic = topic, DeviceClass = state.DeviceClass,
                PayloadOn = "on", PayloadOff = "off",
                ValueTemplate = $"{{% if value_json.type == '{type.Name}' %}}{{{{ 'off' if value_json.phase == 'end' else 'on' }}}}{{% endif %}}",
            });
        }
    }

    private Component Sensor(Announcement stream, string key, string name, string topic) =>
        new() { P = "sensor", Name = name, UniqueId = Unique(stream, key), StateTopic = topic };

    private string Unique(Announcement stream, string key) => $"edgepose_{node}_{stream.Stream}_{key}";
}
