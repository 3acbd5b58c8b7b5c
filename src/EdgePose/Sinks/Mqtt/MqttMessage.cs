namespace EdgePose.Sinks.Mqtt;

/// <summary>Delivery promise of one message; exactly-once (2) is not used.</summary>
internal enum MqttQos { AtMostOnce = 0, AtLeastOnce = 1 }

/// <summary>MQTT 5 properties of a message; under MQTT 3.1.1 they are left out.</summary>
internal sealed record MqttProperties
{
    public static readonly MqttProperties None = new();

    /// <summary>Bare text.</summary>
    public static readonly MqttProperties Text = new() { ContentType = "text/plain", Utf8 = true };

    /// <summary>A JSON document that names its schema.</summary>
    public static MqttProperties Json(string schema) => new() { ContentType = "application/json", Utf8 = true, User = [new("schema", schema)] };

    /// <summary>Media type; empty = absent.</summary>
    public string ContentType { get; init; } = "";

    /// <summary>Payload Format Indicator 1: the payload is UTF-8 text.</summary>
    public bool Utf8 { get; init; }

    /// <summary>Message Expiry, whole seconds; null = never.</summary>
    public TimeSpan? Expiry { get; init; }
    public IReadOnlyList<KeyValuePair<string, string>> User { get; init; } = [];
    public string ResponseTopic { get; init; } = "";
    public ReadOnlyMemory<byte> CorrelationData { get; init; }
}

/// <summary>One publish, in either direction.</summary>
internal readonly record struct MqttMessage(string Topic, ReadOnlyMemory<byte> Payload, MqttQos Qos, bool Retain, MqttProperties Properties);

internal enum PublishOutcome
{
    /// <summary>QoS 1: acknowledged with success. QoS 0: written to the socket.</summary>
    Accepted,

    /// <summary>The broker refused this message; see the reason code.</summary>
    Refused,

    /// <summary>Never handed over, because there is no connection.</summary>
    NotConnected,

    /// <summary>Handed over, but the connection ended before the acknowledgement: it may or may not have arrived.</summary>
    ConnectionLost,

    /// <summary>Never handed over, because too many messages wait for the broker.</summary>
    Busy,

    /// <summary>Can never be sent: bad topic, or larger than the broker takes.</summary>
    Invalid,
}

/// <summary>What became of a publish or subscribe.</summary>
/// <param name="Outcome">The answer in one word.</param>
/// <param name="ReasonCode">The broker's MQTT 5 reason code; 0 under MQTT 3.1.1, even where the broker's ACL discarded the message.</param>
/// <param name="Reason">Text for people; empty on plain success.</param>
internal readonly record struct PublishResult(PublishOutcome Outcome, int ReasonCode, string Reason)
{
    public static readonly PublishResult NotConnected = new(PublishOutcome.NotConnected, 0, "not connected");
    public static readonly PublishResult Lost = new(PublishOutcome.ConnectionLost, 0, "connection lost before the acknowledgement");
    public static readonly PublishResult Busy = new(PublishOutcome.Busy, 0, "too many messages wait for the broker");

    public bool IsSuccess => Outcome == PublishOutcome.Accepted;

    /// <summary>
    /// Refused for a reason that lies with the broker and not with the message: unspecified and implementation specific errors, no quota left, busy,
    /// too fast, shutting down, packet identifier in use (MQTT 5.0, 3.4.2.1 and 2.4).
    /// </summary>
    public bool IsForNow => Outcome == PublishOutcome.Refused && ReasonCode is (0x80 or 0x83 or 0x88 or 0x89 or 0x8B or 0x91 or 0x96 or 0x97);

    /// <summary>Reads the broker's reason code: below 0x80, which includes 0x10 "no matching subscribers", is success.</summary>
    public static PublishResult FromReasonCode(int code, string text) =>
        code < 0x80 ? new(PublishOutcome.Accepted, code, "") : new(PublishOutcome.Refused, code, text);
}
