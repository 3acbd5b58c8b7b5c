using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EdgePose.Domain;

namespace EdgePose.Delivery.Documents;

/// <summary>
/// Writes a <c>poses</c> message (schema edgepose.poses/1). Coordinates are normalised to the frame and rounded to 3 decimals: joints,
/// whose pixel centres lie at integers, as (x + 0.5) / width, box corners, which lie on pixel edges, as x / width. Allocates nothing
/// once the target buffer has its size. One instance per stream: not for two threads at once.
/// </summary>
internal sealed class PosesWriter(string node, TimeProvider time, Func<bool> clockIsSynced) : IDisposable
{
    private readonly Utf8JsonWriter _json = new(Stream.Null);
    private readonly byte[] _stamp = new byte[32];

    public void Write(in PoseReport report, IBufferWriter<byte> target)
    {
        _json.Reset(target);
        _json.WriteStartObject();
        WriteHead(report);
        _json.WriteStartArray("people"u8);
        for (var i = 0; i < report.People.Count; i++) { WritePerson(report.People[i], report.FrameWidth, report.FrameHeight); }
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
    }

    private void WriteHead(in PoseReport report)
    {
        _json.WriteString("schema"u8, Payloads.PosesSchema);
        _json.WriteString("node"u8, node);
        _json.WriteString("stream"u8, report.Frame.Stream);
        _json.WriteNumber("epoch"u8, report.Frame.Epoch);
        _json.WriteNumber("seq"u8, report.Frame.Sequence);
        WriteTimes(report.Frame);
        _json.WriteString("clock"u8, clockIsSynced() ? "synced"u8 : "unsynced"u8);
        _json.WriteString("time_source"u8, report.Frame.TimeSource switch
        {
            TimeSource.Arrival => "arrival"u8,
            TimeSource.Rtcp => "rtcp"u8,
            TimeSource.Recording => "recording"u8,
            _ => throw new UnreachableException($"time source {report.Frame.TimeSource}"),
        });
        _json.WriteNumber("width"u8, report.FrameWidth);
        _json.WriteNumber("height"u8, report.FrameHeight);
        _json.WriteString("skeleton"u8, report.Skeleton.Name);
        _json.WriteString("model"u8, report.Model);
    }

    /// <summary>
    /// The time line of a recording that is read as fast as possible runs ahead of the clock: nothing is said to have come before it was taken. A
    /// camera whose clock is ahead is left as it is, because the difference shows that.
    /// </summary>
    private void WriteTimes(in FrameInfo frame)
    {
        var (received, published, age) = (frame.ReceivedUtc, time.GetUtcNow(), time.GetElapsedTime(frame.CapturedTicks).TotalMilliseconds);
        if (frame.TimeSource == TimeSource.Recording)
        {
            if (received < frame.CapturedUtc) { received = frame.CapturedUtc; }
            if (published < received) { published = received; }
            age = Math.Max(0, age);
        }
        WriteStamp("captured"u8, frame.CapturedUtc);
        WriteStamp("received"u8, received);
        WriteStamp("published"u8, published);
        _json.WriteNumber("age_ms"u8, WholeMs(age));
    }

    private void WritePerson(TrackedPose person, int width, int height)
    {
        _json.WriteStartObject();
        _json.WriteNumber("track"u8, person.Track);
        _json.WriteNumber("score"u8, Round(person.Score));
        _json.WriteStartArray("box"u8);
        _json.WriteNumberValue(Unit(person.Box.X1 / width));
        _json.WriteNumberValue(Unit(person.Box.Y1 / height));
        _json.WriteNumberValue(Unit(person.Box.X2 / width));
        _json.WriteNumberValue(Unit(person.Box.Y2 / height));
        _json.WriteEndArray();
        _json.WriteString("source"u8, person.Source switch
        {
            PoseSource.Measured => "measured"u8,
            PoseSource.Propagated => "propagated"u8,
            PoseSource.Held => "held"u8,
            _ => throw new UnreachableException($"source {person.Source}"),
        });
        _json.WriteNumber("age_ms"u8, WholeMs(person.AgeMs));
        _json.WriteStartArray("points"u8);
        foreach (ref readonly var p in person.Points.AsSpan())
        {
            if (!float.IsFinite(p.X) || !float.IsFinite(p.Y)) { _json.WriteNullValue(); continue; }
            _json.WriteStartArray();
            _json.WriteNumberValue(Unit((p.X + 0.5f) / width));
            _json.WriteNumberValue(Unit((p.Y + 0.5f) / height));
            _json.WriteNumberValue(Round(p.Score));
            _json.WriteEndArray();
        }
        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    private void WriteStamp(ReadOnlySpan<byte> name, DateTimeOffset value)
    {
        value.UtcDateTime.TryFormat(_stamp, out var length, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        _json.WriteString(name, _stamp.AsSpan(0, length));
    }

    private static double Unit(float value) => float.IsFinite(value) ? Math.Round(Math.Clamp((double)value, 0, 1), 3) : 0;

    private static double Round(float value) => float.IsFinite(value) ? Math.Round((double)value, 3) : 0;

    private static long WholeMs(double ms) => ms > 0 && double.IsFinite(ms) ? (long)Math.Round(ms) : 0;

    public void Dispose() => _json.Dispose();
}
