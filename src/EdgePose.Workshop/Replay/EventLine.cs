using System.Text.Json;
using System.Text.Json.Serialization;
using EdgePose.Domain;
using EdgePose.Settings;

namespace EdgePose.Workshop.Replay;

/// <summary>An event as one line of JSON, for files of expected events. Joints are left out: what is compared is what happened.</summary>
internal sealed record EventLine
{
    public required string Stream { get; init; }
    public required DateTimeOffset Time { get; init; }
    public required string Rule { get; init; }
    public required string Type { get; init; }
    public required string Phase { get; init; }
    public string? Zone { get; init; }
    public string? Line { get; init; }
    public string? Direction { get; init; }
    public int? Count { get; init; }
    public long? Track { get; init; }
    public double? Score { get; init; }
    public long DurationMs { get; init; }
    public int Epoch { get; init; }

    /// <summary>Left, top, right, bottom; normalised.</summary>
    public IReadOnlyList<double>? Box { get; init; }
    public string Key { get; init; } = "";
    public string Reason { get; init; } = "";

    /// <summary>What the event is about, without its time: lines that differ in it are different events.</summary>
    [JsonIgnore]
    public (string, string, string, string, string, string, string, int?) Identity =>
        (Stream, Rule, Type, Phase, Zone ?? "", Line ?? "", Direction ?? "", Count);

    public static EventLine Of(PoseEvent e) => new()
    {
        Stream = e.Stream, Time = e.Time, Rule = e.Rule, Type = e.Type.Name, Phase = e.Phase.Name(), Zone = OrNull(e.Zone), Line = OrNull(e.Line),
        Direction = OrNull(e.Direction), Count = e.Count, Track = e.Track, Score = e.Track is null ? null : Math.Round((double)e.Score, 3),
        DurationMs = (long)e.Duration.TotalMilliseconds, Epoch = e.Epoch, Key = e.Key, Reason = e.Reason,
        Box = e.Box is { } b ? [Round(b.X1), Round(b.Y1), Round(b.X2), Round(b.Y2)] : null,
    };

    public string ToJson() => JsonSerializer.Serialize(this, ReplayJson.Plain.EventLine);

    /// <summary>Reads a file with one event a line.</summary>
    /// <exception cref="UserError">The file is missing, or a line is no event.</exception>
    public static IReadOnlyList<EventLine> ReadFile(string path)
    {
        string[] lines;
        try { lines = File.ReadAllLines(path); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError(ExitCode.Usage, $"{path}: {e.Message}", "make the file with --events");
        }
        var events = new List<EventLine>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length == 0) { continue; }
            try { events.Add(JsonSerializer.Deserialize(lines[i], ReplayJson.Default.EventLine)!); }
            catch (JsonException)
            {
                throw new UserError(ExitCode.Usage, $"{path}:{i + 1}: this line is no event", "make the file with --events");
            }
        }
        return events;
    }

    private static string? OrNull(string text) => text.Length == 0 ? null : text;

    private static double Round(float value) => Math.Round((double)value, 3);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EventLine))]
internal sealed partial class ReplayJson : JsonSerializerContext
{
    /// <summary>With texts as people read them.</summary>
    public static ReplayJson Plain => field ??= new(PlainJson.Like(Default.Options));
}
