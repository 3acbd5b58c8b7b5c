using EdgePose.Delivery;
using EdgePose.Delivery.Spool;
using EdgePose.Domain;
using EdgePose.Events.Recording;
using EdgePose.Events.Scenes;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.Scheduling;
using EdgePose.People.Listing;
using EdgePose.People.Tracking;
using EdgePose.Service.Endpoints;
using EdgePose.Service.Logs;
using EdgePose.Settings;
using EdgePose.Settings.Yaml;
using EdgePose.Sinks.Mqtt;

namespace EdgePose.Service.Configuration;

/// <summary>The configuration after loading: complete, checked, with every default filled in. <c>config/edgepose.yaml</c> is its manual.</summary>
internal sealed record EdgePoseConfig
{
    /// <summary>Node name in topics and the client id.</summary>
    public required string Node { get; init; }

    /// <summary>Of every section that describes sinks.</summary>
    public required IReadOnlyList<ISinkSettings> Sinks { get; init; }

    /// <summary>The section <c>mqtt</c>.</summary>
    public BrokerSettings Broker => Sinks.OfType<BrokerSettings>().Single();

    /// <summary>How the broker is reached.</summary>
    public MqttSettings Mqtt => Broker.Connection;
    public required LogSettings Log { get; init; }
    public required ModelsSettings Models { get; init; }
    public required InferenceSettings Inference { get; init; }
    public required SchedulingSettings Scheduling { get; init; }

    /// <summary>What the card of a quantized model may say at most.</summary>
    public required QuantizationLimits Quantization { get; init; }
    public required TrackerSettings Tracking { get; init; }

    /// <summary>Who is published.</summary>
    public required ListingSettings Listing { get; init; }
    public required OutboxSettings Outbox { get; init; }
    public required SpoolSettings Spool { get; init; }
    public required EventsSettings Events { get; init; }
    public required RecordSettings Record { get; init; }
    public required MetricsSettings Metrics { get; init; }
    public required StatusSettings Status { get; init; }

    /// <summary>In the order of the file; disabled streams are included.</summary>
    public required IReadOnlyList<StreamConfig> Streams { get; init; }

    /// <summary>Path of the file that was read.</summary>
    public required string Path { get; init; }

    /// <summary>First 12 hexadecimal digits of the SHA-256 of the file's bytes.</summary>
    public required string Hash { get; init; }

    /// <summary>The file as it was given, to name what differs in another one.</summary>
    public YamlNode? Given { get; init; }

    /// <summary>Everything secret that the file or its credentials hold, for the redactor.</summary>
    public required IReadOnlyList<Secret> Secrets { get; init; }
}
