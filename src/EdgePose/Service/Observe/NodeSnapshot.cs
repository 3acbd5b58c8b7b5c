using System.Text.Json.Serialization;
using EdgePose.Settings;
using EdgePose.Domain;
using EdgePose.Delivery.Documents;

namespace EdgePose.Service.Observe;

/// <summary>A network and where it really runs.</summary>
internal sealed record ModelPlace(string Model, string Provider);

/// <summary>The way to the broker.</summary>
/// <param name="State">State of the connection, in a word such as <c>connected</c>.</param>
/// <param name="Reason">Why it is not connected, redacted; empty while it is.</param>
/// <param name="Queued">Pose messages that wait for the broker.</param>
/// <param name="Published">Messages taken by the broker.</param>
/// <param name="Dropped">Pose messages that were not, by reason.</param>
/// <param name="Reconnects">Connections after the first.</param>
internal sealed record BrokerSnapshot(
    string State, string Reason, int Queued, long Published, IReadOnlyList<Count> Dropped, int Reconnects)
{
    public bool IsConnected => State == "connected";
}

/// <summary>
/// Everything that is shown of the daemon, read at one moment: a line of the status socket, and the source of every metric.
/// No address, no secret, no pixel.
/// </summary>
internal sealed record NodeSnapshot
{
    public const string SchemaName = "edgepose.top/1";

    public string Schema { get; init; } = SchemaName;
    public required string Node { get; init; }
    public required string Version { get; init; }
    public required DateTimeOffset Time { get; init; }
    public required double UptimeSeconds { get; init; }

    /// <summary>As in the retained status: ok, degraded or failing.</summary>
    public required string State { get; init; }
    public required IReadOnlyList<string> Reasons { get; init; }
    public required BrokerSnapshot Broker { get; init; }
    public required IReadOnlyList<ModelPlace> Models { get; init; }

    /// <summary>99th percentile of the time that one frame takes on the inference thread, of the slowest stream.</summary>
    public required double InferenceP99Ms { get; init; }

    /// <summary>Resident memory of the daemon, without its ffmpeg processes.</summary>
    public required long RssBytes { get; init; }

    /// <summary>Processor time of the daemon since its start, without its ffmpeg processes.</summary>
    public required double CpuSeconds { get; init; }
    public required IReadOnlyList<StreamSnapshot> Streams { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters =
    [typeof(SnakeCaseEnum<StreamState>)])]
[JsonSerializable(typeof(NodeSnapshot))]
internal sealed partial class SnapshotJson : JsonSerializerContext
{
    /// <summary>With texts as people read them.</summary>
    public static SnapshotJson Plain => field ??= new(PlainJson.Like(Default.Options));
}
