namespace EdgePose.Sinks.Mqtt;

/// <summary>How events are wrapped.</summary>
internal enum EventEnvelope { None, CloudEvents }

/// <summary>What the MQTT sink says, beside how the broker is reached.</summary>
internal sealed record MqttSinkOptions
{
    /// <summary>First level(s) of every topic, without the node.</summary>
    public required string Prefix { get; init; }
    public required string Node { get; init; }
    public EventEnvelope Envelope { get; init; }

    /// <summary>Protocol of the transport, which decides how CloudEvents are wrapped.</summary>
    public MqttVersion Version { get; init; } = MqttVersion.V5;
    public TimeSpan WillDelay { get; init; } = TimeSpan.FromSeconds(10);
    public TimeSpan PosesExpiry { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Messages handed over and not yet acknowledged.</summary>
    public int Window { get; init; } = 32;
}
