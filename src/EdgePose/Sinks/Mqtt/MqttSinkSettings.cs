using EdgePose.Settings;

namespace EdgePose.Sinks.Mqtt;

/// <summary>What the MQTT sink says, beside how the broker is reached.</summary>
internal sealed record MqttSinkSettings
{
    /// <summary>First level(s) of every topic, without the node.</summary>
    public required string Prefix { get; init; }
    public required string Node { get; init; }
    public EventEnvelope Envelope { get; init; }

    /// <summary>Protocol of the transport, which decides how CloudEvents are wrapped.</summary>
    public MqttVersion Version { get; init; } = MqttVersion.V5;
    public TimeSpan WillDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The broker publishes the last will of a dead process within one and a half times the keep-alive and the delay of the will (MQTT 5.0,
    /// 3.1.2.10 and 3.1.3.2.2).
    /// </summary>
    public TimeSpan LongestWill { get; init; } = TimeSpan.FromSeconds(55);
    public TimeSpan PosesExpiry { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Messages handed over and not yet acknowledged.</summary>
    public int Window { get; init; } = 32;

    /// <param name="s">The section <c>mqtt</c>; its end is not checked here.</param>
    /// <param name="node">Name of this machine.</param>
    /// <param name="version">Protocol of the connection.</param>
    public static MqttSinkSettings Read(Section s, string node, MqttVersion version) => new()
    {
        Node = node, Version = version,
        Prefix = s.Text("prefix", "edgepose", Topics.CheckPrefix, "First levels of every topic, before the node: <prefix>/<node>/streams/…"),
        Envelope = s.Choice("envelope", EventEnvelope.None, EventEnvelopes.Words, """
            How events are wrapped. cloudevents adds the attributes of CloudEvents 1.0: with MQTT 5 as user properties, and the body stays the same;
            with 3.1.1 as a document around it.
            """),
    };
}
