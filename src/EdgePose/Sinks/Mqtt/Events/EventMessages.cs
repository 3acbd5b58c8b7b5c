using EdgePose.Domain;
using EdgePose.Sinks.Onvif;

namespace EdgePose.Sinks.Mqtt.Events;

/// <summary>How events are wrapped.</summary>
internal enum EventEnvelope { None, CloudEvents }

/// <summary>Further forms in which an event is published beside our own.</summary>
[Flags]
internal enum EventDialects { None = 0, Onvif = 1 }

/// <summary>One publish of an event, as it is kept until the broker has it.</summary>
/// <param name="Topic">Where it goes.</param>
/// <param name="ContentType">Media type.</param>
/// <param name="User">MQTT 5 User Properties.</param>
/// <param name="Body">The payload.</param>
internal sealed record EventMessage(string Topic, string ContentType, IReadOnlyList<KeyValuePair<string, string>> User, byte[] Body);

/// <summary>Renders an event into every message that it causes.</summary>
internal sealed class EventMessages(Topics topics, EventEnvelope envelope, EventDialects dialects, MqttVersion version)
{
    public IReadOnlyList<EventMessage> Render(PoseEvent e, in EventStamp stamp)
    {
        var body = EventJson.Write(e, stamp);
        List<KeyValuePair<string, string>> user =
        [
            new("schema", Payloads.EventSchema), new("id", stamp.Id(e.Stream)),
            new("seq", stamp.Seq.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ];
        var type = "application/json";
        if (envelope == EventEnvelope.CloudEvents)
        {
            if (version == MqttVersion.V5)
            {
                // "id" is one of CloudEvents' own attributes and the same.
                user = [.. CloudEvent.Attributes(e, stamp), .. user.Where(u => u.Key is not "id")];
            }
            else
            {
                body = CloudEvent.Structured(e, stamp, body);
                type = CloudEvent.StructuredType;
            }
        }
        var own = new EventMessage(topics.Events(e.Stream), type, user, body);
        return dialects.HasFlag(EventDialects.Onvif)
            ? [own, new EventMessage(topics.Onvif(e.Stream, OnvifJson.Module), "application/json", [new("id", stamp.Id(e.Stream))], OnvifJson.Write(e, stamp))]
            : [own];
    }
}
