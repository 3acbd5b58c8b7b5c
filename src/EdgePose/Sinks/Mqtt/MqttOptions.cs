using EdgePose.Domain;

namespace EdgePose.Sinks.Mqtt;

/// <summary>Protocol level as it stands in the CONNECT packet.</summary>
internal enum MqttVersion { V311 = 4, V5 = 5 }

/// <summary>How to reach the broker.</summary>
internal sealed record MqttOptions
{
    public required string Host { get; init; }
    public required int Port { get; init; }
    public required string ClientId { get; init; }
    public MqttVersion Version { get; init; } = MqttVersion.V5;
    public string User { get; init; } = "";
    public Secret? Password { get; init; }

    /// <summary>Path of the WebSocket, with its slash; null = MQTT straight over TCP.</summary>
    public string? WebSocketPath { get; init; }

    /// <summary>When set there is no way back to plaintext: a failed handshake is a failed connection.</summary>
    public bool Tls { get; init; }

    /// <summary>PEM file of the CA; empty = the operating system's store.</summary>
    public string CaFile { get; init; } = "";

    /// <summary>PEM files of the client certificate and its unencrypted key; both or neither. Read again on every connection.</summary>
    public string CertFile { get; init; } = "";
    public string KeyFile { get; init; } = "";

    /// <summary>Skips the verification of the server's certificate and name.</summary>
    public bool Insecure { get; init; }

    /// <summary>0 or 5 s to 65535 s.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait for the answer to CONNECT, and for the acknowledgement of a message, before the connection is given up.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan BackoffMin { get; init; } = TimeSpan.FromSeconds(1);
    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest wait where the broker did not answer at all: trying again costs it nothing, and when it is back everything waits for us.</summary>
    public TimeSpan BackoffAway { get; init; } = TimeSpan.FromSeconds(4);
}

/// <summary>The last will, QoS 1.</summary>
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
}
