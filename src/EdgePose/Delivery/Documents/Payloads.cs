using System.Globalization;
using System.Text.Json.Serialization;
using EdgePose.Settings;
using EdgePose.Delivery.Spool;
using EdgePose.Domain;

namespace EdgePose.Delivery.Documents;

/// <summary>The JSON documents of the kept values; names and meaning are those of MQTT.md and <c>config/*.schema.json</c>.</summary>
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

    public static StatusDocument Status(NodeStatus status, SinkStats stats, SpoolStats? spool, TimeSpan uptime) => new(
        StatusSchema, status.State, status.Reasons, new(status.Provider, Tenth(status.InferenceP99Ms)),
        new(stats.Published, new(stats.NotConnected, stats.QueueFull, stats.RateLimited, stats.Refused, stats.Failed), stats.Reconnects),
        spool is null ? null : new(spool.Depth, spool.Bytes, Tenth(spool.OldestAge.TotalSeconds), spool.LostTotal, spool.Fault),
        status.RssBytes, (long)uptime.TotalSeconds);

    public static StreamStateDocument State(StreamStatus status, in StreamFigures counters) => new(
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
internal sealed partial class PayloadsContext : JsonSerializerContext
{
    /// <summary>With texts as people read them.</summary>
    public static PayloadsContext Plain => field ??= new(PlainJson.Like(Default.Options));
}
