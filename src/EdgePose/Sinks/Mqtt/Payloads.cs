using System.Globalization;
using System.Text.Json.Serialization;
using EdgePose.Delivery.Spool;
using EdgePose.Domain;

namespace EdgePose.Sinks.Mqtt;

/// <summary>A model in <c>info</c>.</summary>
internal sealed record ModelInfo(string Name, string Sha256, string Provider);

/// <summary>What <c>info</c> says of this process; set once after the start and after a reload.</summary>
internal sealed record NodeInfo
{
    public required string Version { get; init; }
    public required string ConfigHash { get; init; }

    /// <summary>Drawn anew at each start of the process.</summary>
    public required string Boot { get; init; }
    public required DateTimeOffset Started { get; init; }
    public required IReadOnlyList<ModelInfo> Models { get; init; }
    public required IReadOnlyList<string> Streams { get; init; }
    public IReadOnlyList<string> Capabilities { get; init; } = ["poses", "people", "events"];
}

internal enum NodeState { Ok, Degraded, Failing }

/// <summary>Health of the process; reasons are redacted, one short sentence each.</summary>
internal sealed record NodeStatus(NodeState State, IReadOnlyList<string> Reasons, string Provider, double InferenceP99Ms, long RssBytes);

/// <summary>Figures of one stream; frame ages in milliseconds, rates in frames per second over the last seconds.</summary>
internal readonly record struct StreamCounters(
    double FpsIn, double FpsProcessed, long FramesReceived, long FramesDropped, double FrameAgeP99Ms, int Reconnects)
{
    /// <summary>The dropped frames that were garbage.</summary>
    public long FramesRefused { get; init; }
    public long DecodeErrors { get; init; }
    public long PacketsLost { get; init; }

    /// <summary>Arrival minus the camera's time; null while the camera's time is not known.</summary>
    public double? CameraLagMs { get; init; }
}

/// <summary>The JSON documents of the retained topics; names and meaning are those of MQTT.md and <c>config/*.schema.json</c>.</summary>
internal static class Payloads
{
    public const string EventSchema = "edgepose.event/1";
    public const string PosesSchema = "edgepose.poses/1";
    public const string InfoSchema = "edgepose.info/1";
    public const string StatusSchema = "edgepose.status/1";
    public const string StreamStateSchema = "edgepose.stream-state/1";
    public const string ResponseSchema = "edgepose.response/1";

    public static readonly byte[] Online = "online"u8.ToArray();
    public static readonly byte[] Offline = "offline"u8.ToArray();

    /// <summary>UTC with milliseconds, as in <c>2026-11-22T03:15:07.214Z</c>.</summary>
    public static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static MqttProperties Json(string schema, TimeSpan? expiry) => new()
    {
        ContentType = "application/json", Utf8 = true, Expiry = expiry, User = [new("schema", schema)],
    };

    public static readonly MqttProperties Text = new() { ContentType = "text/plain", Utf8 = true };

    internal sealed record InfoDocument(
        string Schema, string Node, string Version, string ConfigHash, string Boot, string Started,
        IReadOnlyList<ModelInfo> Models, IReadOnlyList<string> Streams, IReadOnlyList<string> Schemas, IReadOnlyList<string> Capabilities);

    internal sealed record InferencePart(string Provider, double P99Ms);

    internal sealed record DroppedPart(long NotConnected, long QueueFull, long RateLimited, long Refused, long Failed);

    internal sealed record MqttPart(long Published, DroppedPart Dropped, int Reconnects);

    internal sealed record SpoolPart(int Depth, long Bytes, double OldestAgeS, long Dropped, string Fault);

    /// <summary><paramref name="Spool"/> is null where events wait nowhere.</summary>
    internal sealed record StatusDocument(
        string Schema, NodeState State, IReadOnlyList<string> Reasons, InferencePart Inference, MqttPart Mqtt,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SpoolPart? Spool, long Rss, long Uptime);

    internal sealed record StreamStateDocument(
        string Schema, StreamState State, string Since, string Reason, int Epoch, int Reconnects, double FpsIn, double FpsProcessed,
        long FramesReceived, long FramesDropped, double FrameAgeP99Ms, int Width, int Height, string Codec, string Decoder,
        TimeSource TimeSource, double? CameraLagMs, long FramesRefused, long DecodeErrors, long PacketsLost, IReadOnlyList<string> Messages);

    public static InfoDocument Info(string node, NodeInfo info) => new(
        InfoSchema, node, info.Version, info.ConfigHash, info.Boot, Stamp(info.Started), info.Models, info.Streams,
        [PosesSchema, EventSchema, InfoSchema, StatusSchema, StreamStateSchema], info.Capabilities);

    public static StatusDocument Status(NodeStatus status, PublisherStats stats, SpoolStats? spool, TimeSpan uptime) => new(
        StatusSchema, status.State, status.Reasons, new(status.Provider, Tenth(status.InferenceP99Ms)),
        new(stats.Published, new(stats.NotConnected, stats.QueueFull, stats.RateLimited, stats.Refused, stats.Failed), stats.Reconnects),
        spool is null ? null : new(spool.Depth, spool.Bytes, Tenth(spool.OldestAge.TotalSeconds), spool.LostTotal, spool.Fault),
        status.RssBytes, (long)uptime.TotalSeconds);

    public static StreamStateDocument State(StreamStatus status, in StreamCounters counters) => new(
        StreamStateSchema, status.State, Stamp(status.SinceUtc), status.Reason, status.Epoch, counters.Reconnects,
        Tenth(counters.FpsIn), Tenth(counters.FpsProcessed), counters.FramesReceived, counters.FramesDropped,
        Tenth(counters.FrameAgeP99Ms), status.Width, status.Height, status.Codec, status.Decoder,
        status.TimeSource, counters.CameraLagMs is { } lag ? Tenth(lag) : null, counters.FramesRefused, counters.DecodeErrors, counters.PacketsLost,
        [.. status.Messages.Select(static m => m.Length <= MessageLength ? m : m[..MessageLength])]);

    /// <summary>Twenty lines of this length stay below what any broker takes.</summary>
    private const int MessageLength = 300;

    // JSON has no NaN: a figure that does not exist yet is 0.
    private static double Tenth(double value) => double.IsFinite(value) ? Math.Round(value, 1) : 0;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters =
    [typeof(SnakeCaseEnum<NodeState>), typeof(SnakeCaseEnum<StreamState>), typeof(SnakeCaseEnum<TimeSource>)])]
[JsonSerializable(typeof(Payloads.InfoDocument))]
[JsonSerializable(typeof(Payloads.StatusDocument))]
[JsonSerializable(typeof(Payloads.StreamStateDocument))]
internal sealed partial class PayloadsContext : JsonSerializerContext;

/// <summary>Enum values as snake_case words.</summary>
internal sealed class SnakeCaseEnum<T>() : JsonStringEnumConverter<T>(System.Text.Json.JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
