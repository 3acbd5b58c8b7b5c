using System.Buffers;
using System.Text.Json;
using EdgePose.Settings;
using EdgePose.Domain;

namespace EdgePose.Delivery.Documents;

/// <summary>
/// Writes an event (schema edgepose.event/1). Coordinates are normalised to the source picture and rounded to 3 decimals; a joint that
/// was not seen is null. A message is at most <see cref="MaxBytes"/> long: history is thinned until it fits.
/// </summary>
internal static class EventJson
{
    public const int MaxBytes = 16 * 1024;

    /// <param name="e">The event.</param>
    /// <param name="stamp">Its number and the state of the clock.</param>
    /// <param name="late">Whether it had to wait, which only the sender knows.</param>
    public static byte[] Write(PoseEvent e, in EventStamp stamp, bool late)
    {
        for (var step = 1; ; step *= 2)
        {
            var body = Write(e, stamp, late, step);
            if (body.Length <= MaxBytes || step > e.History.Count) { return body; }
        }
    }

    private static byte[] Write(PoseEvent e, in EventStamp stamp, bool late, int historyStep)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(buffer, PlainJson.Writer))
        {
            json.WriteStartObject();
            WriteHead(json, e, stamp, late);
            WriteCause(json, e);
            WritePerson(json, e, historyStep);
            if (stamp.Model is { } model)
            {
                json.WriteStartObject("model"u8);
                json.WriteString("name"u8, model.Name);
                json.WriteString("sha256"u8, model.Sha256);
                json.WriteString("provider"u8, model.Provider);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteHead(Utf8JsonWriter json, PoseEvent e, in EventStamp stamp, bool late)
    {
        json.WriteString("schema"u8, Payloads.EventSchema);
        json.WriteString("id"u8, stamp.Id(e.Stream));
        json.WriteString("node"u8, stamp.Node);
        json.WriteString("stream"u8, e.Stream);
        json.WriteNumber("epoch"u8, e.Epoch);
        json.WriteNumber("seq"u8, stamp.Seq);
        json.WriteString("boot"u8, stamp.Boot);
        json.WriteString("type"u8, e.Type.Name);
        json.WriteString("phase"u8, e.Phase.Name());
        json.WriteString("key"u8, e.Key);
        json.WriteString("time"u8, Payloads.Stamp(e.Time));
        json.WriteString("clock"u8, stamp.ClockIsSynced ? "synced"u8 : "unsynced"u8);
        json.WriteBoolean("published_late"u8, late);
    }

    private static void WriteCause(Utf8JsonWriter json, PoseEvent e)
    {
        Text(json, "rule"u8, e.Rule);
        json.WriteString("reason"u8, e.Reason);
        if (e.Track is { } track) { json.WriteNumber("track"u8, track); }
        json.WriteNumber("score"u8, Round(e.Score));
        json.WriteNumber("duration_ms"u8, (long)Math.Max(0, Math.Round(e.Duration.TotalMilliseconds)));
        Text(json, "zone"u8, e.Zone);
        Text(json, "line"u8, e.Line);
        Text(json, "direction"u8, e.Direction);
        if (e.Count is { } count) { json.WriteNumber("count"u8, count); }
        if (e.Missing is { } missing)
        {
            json.WriteStartObject("missing"u8);
            json.WriteNumber("first_seq"u8, missing.First);
            json.WriteNumber("last_seq"u8, missing.Last);
            json.WriteEndObject();
        }
    }

    private static void WritePerson(Utf8JsonWriter json, PoseEvent e, int historyStep)
    {
        if (e.Box is { } box)
        {
            json.WriteStartArray("box"u8);
            foreach (var side in (ReadOnlySpan<float>)[box.X1, box.Y1, box.X2, box.Y2]) { json.WriteNumberValue(Unit(side)); }
            json.WriteEndArray();
        }
        if (e.Skeleton is not { } skeleton || e.Points.Count == 0) { return; }
        json.WriteStartObject("pose"u8);
        json.WriteString("skeleton"u8, skeleton.Name);
        Points(json, e.Points);
        json.WriteEndObject();
        if (e.History.Count == 0) { return; }
        json.WriteStartArray("history"u8);
        for (var i = (e.History.Count - 1) % historyStep; i < e.History.Count; i += historyStep)
        {
            json.WriteStartObject();
            json.WriteNumber("before_ms"u8, (long)Math.Round(e.History[i].Before.TotalMilliseconds));
            Points(json, e.History[i].Points);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Points(Utf8JsonWriter json, IReadOnlyList<Keypoint> points)
    {
        json.WriteStartArray("points"u8);
        foreach (var p in points)
        {
            if (!float.IsFinite(p.X) || !float.IsFinite(p.Y)) { json.WriteNullValue(); continue; }
            json.WriteStartArray();
            json.WriteNumberValue(Unit(p.X));
            json.WriteNumberValue(Unit(p.Y));
            json.WriteNumberValue(Round(p.Score));
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private static void Text(Utf8JsonWriter json, ReadOnlySpan<byte> name, string value)
    {
        if (value.Length > 0) { json.WriteString(name, value); }
    }

    private static double Unit(float value) => float.IsFinite(value) ? Math.Round(Math.Clamp((double)value, 0, 1), 3) : 0;

    private static double Round(float value) => float.IsFinite(value) ? Math.Round((double)value, 3) : 0;
}
