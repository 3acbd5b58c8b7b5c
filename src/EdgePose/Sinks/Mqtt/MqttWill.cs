namespace EdgePose.Sinks.Mqtt;

/// <summary>The last will.</summary>
/// <param name="Topic">Where it goes.</param>
/// <param name="Payload">What it says.</param>
/// <param name="Delay">
/// MQTT 5 Will Delay: a reconnection within it keeps the will unsent. A broker sends the will as soon as the session ends, so the
/// session has to outlive the connection by the same time (MQTT 5.0, 3.1.3.2.2). Zero, and MQTT 3.1.1: at once.
/// </param>
internal sealed record MqttWill(string Topic, ReadOnlyMemory<byte> Payload, TimeSpan Delay)
{
    /// <summary>Whether the broker keeps it for those who come later.</summary>
    public bool Retain { get; init; } = true;
    public MqttQos Qos { get; init; } = MqttQos.AtLeastOnce;
}
