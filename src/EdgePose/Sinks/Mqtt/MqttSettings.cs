using EdgePose.Domain;

namespace EdgePose.Sinks.Mqtt;

/// <summary>How to reach the broker: most of the section <c>mqtt</c>. <see cref="Host"/> is empty when no broker is configured.</summary>
internal sealed partial record MqttSettings
{
    public required string Host { get; init; }
    public required int Port { get; init; }
    public required string ClientId { get; init; }
    public MqttVersion Version { get; init; } = MqttVersion.V5;

    /// <summary>Whether a broker that does not speak <see cref="Version"/> is spoken to in MQTT 3.1.1.</summary>
    public bool FallsBack { get; init; }
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
