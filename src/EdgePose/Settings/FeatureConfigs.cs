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

internal sealed record InferenceConfig
{
    /// <summary>Execution providers in order of preference: tensorrt, cuda, qnn, cpu; ["auto"] picks by what starts.</summary>
    public required IReadOnlyList<string> Providers { get; init; }

    /// <summary>When set, a start without this provider is an error (also --require-ep).</summary>
    public string RequireProvider { get; init; } = "";

    /// <summary>Intra-op threads; 0 = chosen by cores and streams.</summary>
    public required int Threads { get; init; }

    /// <summary>Most people whose crops go through a network together; 0 = chosen by the provider.</summary>
    public required int Batch { get; init; }

    /// <summary>Lowers the quality under load instead of only dropping frames.</summary>
    public required bool Adaptive { get; init; }

    /// <summary>Demanded share of the inference thread that is still well, 0..1.</summary>
    public required double TargetUtilisation { get; init; }

    /// <summary>Frame age that is still well; null = by the interval of each stream.</summary>
    public TimeSpan? TargetAge { get; init; }

    /// <summary>Longest duration of one run of a network.</summary>
    public required TimeSpan RunDeadline { get; init; }

    /// <summary>Path of libonnxruntime; empty = the one beside the program.</summary>
    public string RuntimeLibrary { get; init; } = "";

    /// <summary>What the card of a quantized model may say at most.</summary>
    public QuantizationLimits Quantization { get; init; } = QuantizationLimits.Default;

    /// <summary>Free-form provider options, by provider name.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> ProviderOptions { get; init; }

    /// <summary>Plugin execution-provider libraries by provider name.</summary>
    public required IReadOnlyDictionary<string, string> PluginLibraries { get; init; }
}

internal sealed record TrackingConfig
{
    public required bool Enabled { get; init; }

    /// <summary>How long a person may be unseen before the track ends.</summary>
    public required TimeSpan MaxLost { get; init; }

    /// <summary>One-Euro smoothing of the published joints.</summary>
    public required bool Smooth { get; init; }
}

internal sealed record PosesConfig
{
    /// <summary>Largest number of pose messages per second and stream; 0 switches the topic off.</summary>
    public required double MaxRate { get; init; }
}

internal enum Profile { Fast, Accurate }

/// <summary>Which networks a stream uses; a stream inherits what it does not set from the top-level <c>pose:</c> section.</summary>
internal sealed record PoseConfig
{
    /// <summary>Name of the pose model.</summary>
    public required string Model { get; init; }

    /// <summary>Name of the person detector; empty for bottom-up models.</summary>
    public required string Detector { get; init; }
    public required Profile Profile { get; init; }
    public required bool Flip { get; init; }

    /// <summary>Short side of the input of bottom-up models, in pixels; 0 = the model's own.</summary>
    public required int ShortSide { get; init; }

    /// <summary>The detector runs on every N-th processed frame; boxes come from the previous poses in between.</summary>
    public required int DetectEvery { get; init; }
    public required int MaxPeople { get; init; }

    /// <summary>Smallest detector score; null = the model's own.</summary>
    public float? DetectorScore { get; init; }

    /// <summary>Smallest score of a person who is taken up; one who is followed already is kept down to half of it.</summary>
    public required float MinScore { get; init; }
}

internal enum Transport { Tcp, Udp }

internal enum HardwareDecode { Auto, None, Cuda, Vaapi, V4l2m2m, Drm }

internal enum Pace { Realtime, Max }

internal sealed record StreamConfig
{
    public required string Id { get; init; }
    public required bool Enabled { get; init; }

    /// <summary>The source without user or password: a file path, rtsp(s)://, http(s)://, or /dev/videoN.</summary>
    public required string Url { get; init; }

    /// <summary>The camera's small stream, read instead of <see cref="Url"/> where it exists; empty = none.</summary>
    public string SubStream { get; init; } = "";
    public string User { get; init; } = "";
    public Secret? Password { get; init; }
    public required Transport Transport { get; init; }

    /// <summary>Frames per second taken from the source; 0 = all.</summary>
    public required double Fps { get; init; }
    public required HardwareDecode HardwareDecode { get; init; }

    /// <summary>Share of the inference time under load, relative to the other streams.</summary>
    public required int Priority { get; init; }

    /// <summary>Age past which a waiting frame is dropped; null = two frame intervals.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Longest side of the frames handed to top-down models, in pixels.</summary>
    public required int MaxSize { get; init; }

    /// <summary>Frame age after which a live source counts as stalled.</summary>
    public required TimeSpan StallAfter { get; init; }

    /// <summary>Pictures in which the decoder concealed errors are left out.</summary>
    public required bool DiscardCorrupt { get; init; }

    /// <summary>RTSP only: capture times by the camera's own clock.</summary>
    public required bool CameraTime { get; init; }

    /// <summary>Files only: play in a loop.</summary>
    public required bool Loop { get; init; }

    /// <summary>Files only: real time (frames may be dropped) or as fast as they can be processed (none is dropped).</summary>
    public required Pace Pace { get; init; }
    public required PoseConfig Pose { get; init; }
    public required SkippingConfig Skipping { get; init; }

    /// <summary>What of this stream leaves the machine.</summary>
    public required PublishScope Publish { get; init; }

    /// <summary>Whether key-points are recorded when a folder for it is set.</summary>
    public required bool Record { get; init; }
    public required IReadOnlyList<ZoneConfig> Zones { get; init; }
    public required IReadOnlyList<LineConfig> Lines { get; init; }
    public required IReadOnlyList<RuleConfig> Rules { get; init; }
}
