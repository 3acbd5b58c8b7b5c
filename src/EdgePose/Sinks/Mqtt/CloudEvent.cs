using System.Buffers;
using System.Text.Json;
using EdgePose.Settings;
using EdgePose.Delivery.Documents;
using EdgePose.Domain;

namespace EdgePose.Sinks.Mqtt;

/// <summary>
/// The CloudEvents 1.0 envelope (cloudevents/spec:cloudevents/bindings/mqtt-protocol-binding.md). With MQTT 5 binary mode: the attributes
/// are User Properties and the body stays the event itself. MQTT 3.1.1 has no properties: structured mode, the event as <c>data</c>.
/// </summary>
internal static class CloudEvent
{
    public const string StructuredType = "application/cloudevents+json; charset=utf-8";
    private const string Version = "1.0";

    public static IReadOnlyList<KeyValuePair<string, string>> Attributes(PoseEvent e, in EventStamp stamp) =>
    [
        new("specversion", Version), new("id", stamp.Id(e.Stream)), new("source", Source(e, stamp)), new("type", Type(e)),
        new("time", Payloads.Stamp(e.Time)), new("subject", e.Key), new("dataschema", Payloads.EventSchema),
    ];

    public static byte[] Structured(PoseEvent e, in EventStamp stamp, ReadOnlySpan<byte> data)
    {
        var buffer = new ArrayBufferWriter<byte>(data.Length + 512);
        using (var json = new Utf8JsonWriter(buffer, PlainJson.Writer))
        {
            json.WriteStartObject();
            foreach (var (name, value) in Attributes(e, stamp)) { json.WriteString(name, value); }
            json.WriteString("datacontenttype"u8, "application/json"u8);
            json.WritePropertyName("data"u8);
            json.WriteRawValue(data, skipInputValidation: true);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static string Source(PoseEvent e, in EventStamp stamp) => $"/edgepose/{stamp.Node}/{e.Stream}";

    private static string Type(PoseEvent e) => $"edgepose.{e.Type.Name}.{e.Phase.Name()}";
}
