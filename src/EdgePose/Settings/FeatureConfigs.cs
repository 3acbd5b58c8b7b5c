using EdgePose.Domain;

namespace EdgePose.Settings;

internal enum MqttProtocol { V311, V5 }

/// <summary>How events are wrapped.</summary>
internal enum Envelope { None, CloudEvents }

/// <summary>mqtt: section. <see cref="Host"/> is empty when no broker is configured (only with --stdout or --dry-publish).</summary>
internal sealed record MqttConfig
{
    public required string Host { get; init; }
    public required int Port { get; init; }
    public required bool Tls { get; init; }

    /// <summary>Path of the WebSocket, with its slash; null = MQTT straight over TCP.</summary>
    public string? WebSocketPath { get; init; }
    public required MqttProtocol Protocol { get; init; }
    public required string ClientId { get; init; }

    /// <summary>First level(s) of every topic, without the node.</summary>
    public required string Prefix { get; init; }
    public string User { get; init; } = "";
    public Secret? Password { get; init; }

    /// <summary>PEM file of the CA; empty = the system's store.</summary>
    public string CaFile { get; init; } = "";
    public string CertFile { get; init; } = "";
    public string KeyFile { get; init; } = "";

    /// <summary>Allows plaintext to a broker that is not loopback, and skips server verification under TLS.</summary>
    public bool Insecure { get; init; }
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Commands that may be given over MQTT.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];

    /// <summary>Whether the streams are announced to Home Assistant.</summary>
    public bool HomeAssistant { get; init; }

    /// <summary>First level(s) of Home Assistant's discovery topics.</summary>
    public string DiscoveryPrefix { get; init; } = "homeassistant";
    public Envelope Envelope { get; init; }

    /// <summary>Whether events are published as ONVIF metadata too.</summary>
    public bool Onvif { get; init; }

    /// <summary>Sparkplug B group; empty = off.</summary>
    public string SparkplugGroup { get; init; } = "";
}

internal sealed record PosesConfig
{
    /// <summary>Largest number of pose messages per second and stream; 0 switches the topic off.</summary>
    public required double MaxRate { get; init; }
}
