using EdgePose.Settings;

namespace EdgePose.Sinks.Mqtt;

/// <summary>How events are wrapped.</summary>
internal enum EventEnvelope { None, CloudEvents }

internal static class EventEnvelopes
{
    public static readonly Words<EventEnvelope> Words = new(("none", EventEnvelope.None), ("cloudevents", EventEnvelope.CloudEvents));
}
