using System.Buffers;
using System.Text.Json;
using EdgePose.Settings;
using EdgePose.Delivery.Documents;

namespace EdgePose.Service.Reloading;

/// <summary>What a reload did, for the log and for whoever asked.</summary>
/// <param name="Plan">What it was to do.</param>
/// <param name="Troubles">What went wrong on the way; the rest was done.</param>
internal sealed record ReloadOutcome(ReloadPlan Plan, IReadOnlyList<string> Troubles)
{
    private const int MostNames = 20;

    /// <summary>One sentence.</summary>
    public string Text => Plan.IsEmpty && Troubles.Count == 0
        ? Plan.Keys.Count == 0 ? "nothing has changed, nothing was stopped" : $"{Names(Plan.Keys)} changed without effect, nothing was stopped"
        : string.Join("; ", Parts());

    /// <summary>The same as data.</summary>
    public ReloadAnswer Answer(int asked)
    {
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, PlainJson.Writer))
        {
            json.WriteStartObject();
            json.WriteString("reload"u8, Plan.IsEmpty ? "unchanged"u8 : "applied"u8);
            Write(json, "changed", Plan.Keys);
            json.WriteStartObject("streams"u8);
            foreach (var change in Enum.GetValues<StreamChange>()) { Write(json, Word(change), Plan.With(change)); }
            json.WriteEndObject();
            json.WriteString("broker"u8, Plan.Sinks ? "reconnects"u8 : "untouched"u8);
            json.WriteString("networks"u8, Plan.Networks ? "opened again"u8 : "untouched"u8);
            Write(json, "at_next_start", Plan.Later);
            Write(json, "troubles", Troubles);
            json.WriteNumber("requests"u8, asked);
            json.WriteEndObject();
        }
        return new ReloadAnswer("", body.WrittenMemory);
    }

    private IEnumerable<string> Parts()
    {
        yield return Plan.Keys.Count > 0 ? $"changed: {Names(Plan.Keys)}" : "changed: what the file refers to";
        if (Plan.Networks) { yield return "the networks were opened again"; }
        foreach (var change in Enum.GetValues<StreamChange>())
        {
            if (Plan.With(change) is { Count: > 0 } streams) { yield return $"{Word(change)}: {Names(streams)}"; }
        }
        if (Plan.Sinks) { yield return "the broker is connected again"; }
        if (Plan.Later.Count > 0) { yield return $"at the next start: {Names(Plan.Later)}"; }
        foreach (var trouble in Troubles) { yield return trouble; }
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0) { return; }
        json.WriteStartArray(name);
        foreach (var text in texts) { json.WriteStringValue(text); }
        json.WriteEndArray();
    }

    private static string Names(IReadOnlyList<string> names) =>
        names.Count <= MostNames ? string.Join(", ", names) : $"{string.Join(", ", names.Take(MostNames))} and {names.Count - MostNames} more";

    private static string Word(StreamChange change) => change switch
    {
        StreamChange.Untouched => "untouched",
        StreamChange.Adjusted => "adjusted",
        StreamChange.Restarted => "restarted",
        StreamChange.Started => "started",
        StreamChange.Stopped => "stopped",
        _ => throw new ArgumentOutOfRangeException(nameof(change), change, "no such change"),
    };
}
