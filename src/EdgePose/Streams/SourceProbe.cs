using System.Globalization;
using System.Text.Json;
using EdgePose.Domain;
using EdgePose.Loops;

namespace EdgePose.Streams;

/// <summary>Asks ffprobe what a source delivers. All that can go wrong with a source is a value, never an exception.</summary>
internal sealed class SourceProbe(FfmpegTools tools, Func<string, string> redact, TimeProvider time)
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);
    private const int MaxOutputBytes = 256 * 1024;
    private const int MaxSide = 16384;

    public async Task<ProbeResult> ProbeAsync(SourceSettings source, TimeSpan timeout, CancellationToken stop)
    {
        var start = time.GetTimestamp();
        ProbeResult Result(StreamFormat? format, StreamState state, string reason) => new(format, state, reason, time.GetElapsedTime(start));

        if (SourceUrl.Problem(source.Url) is { } refused) { return Result(null, StreamState.Failed, $"the address {refused}"); }
        var log = new FfmpegLog(redact, null, time);
        var process = FfmpegProcess.TryStart(FfmpegCommand.Probe(source, tools), log, time, out var problem);
        if (process is null) { return Result(null, StreamState.Failed, problem); }

        await using var running = process.ConfigureAwait(false);
        var output = Worker.Run("ffprobe", () => ReadAll(process.Output));
        using var late = new CancellationTokenSource(timeout, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            await process.StopAsync().ConfigureAwait(false);
            return Result(null, StreamState.Unreachable, string.Create(CultureInfo.InvariantCulture, $"the source sent no video within {timeout.TotalSeconds:0.#} s"));
        }
        var bytes = await output.WaitAsync(stop).ConfigureAwait(false);
        if (process.ExitCode != 0)
        {
            var (state, reason) = FailureReason.Of(log.Tail(), source.Kind, $"ffprobe ended with code {process.ExitCode}");
            return Result(null, state, reason) with { Tail = log.Tail() };
        }
        var format = Parse(bytes, source.Kind, out problem);
        return format is null ? Result(null, StreamState.Unreachable, problem) : Result(format, StreamState.Online, "");
    }

    /// <summary>Reads ffprobe's JSON; null, with the problem, when there is no usable video stream in it.</summary>
    internal static StreamFormat? Parse(ReadOnlyMemory<byte> json, SourceKind kind, out string problem)
    {
        problem = "the source has no video stream";
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (!root.TryGetProperty("streams", out var streams) || streams.ValueKind != JsonValueKind.Array) { return null; }
            StreamFormat? best = null;
            foreach (var stream in streams.EnumerateArray())
            {
                if (IsAttachedPicture(stream)) { continue; }
                var format = ReadStream(stream, kind, ReadDuration(root, kind));
                // ffmpeg's own rule: the largest picture wins.
                if (format is not null && (best is null || format.Width * format.Height > best.Width * best.Height)) { best = format; }
            }
            if (best is null && streams.GetArrayLength() > 0) { problem = "the source announces video but sent no decodable picture"; }
            return best;
        }
        catch (JsonException e)
        {
            problem = $"ffprobe's answer is not understood: {e.Message}";
            return null;
        }
    }

    private static StreamFormat? ReadStream(JsonElement stream, SourceKind kind, TimeSpan? duration)
    {
        var (width, height) = (Integer(stream, "width"), Integer(stream, "height"));
        if (width is < 1 or > MaxSide || height is < 1 or > MaxSide) { return null; }
        var rotation = ReadRotation(stream);
        if (rotation % 180 != 0) { (width, height) = (height, width); }
        var fps = Ratio(stream, "avg_frame_rate");
        var codec = Text(stream, "codec_name");
        // Motion JPEG over HTTP announces no rate; the 25 that ffprobe gives for it is made up.
        if (fps <= 0 && !(kind == SourceKind.Http && codec == "mjpeg")) { fps = Ratio(stream, "r_frame_rate"); }
        return new StreamFormat(
            Integer(stream, "index"), codec, Text(stream, "profile"), width, height, rotation,
            fps is > 0 and <= 1000 ? fps : 0, Text(stream, "pix_fmt"), duration);
    }

    private static int ReadRotation(JsonElement stream)
    {
        if (!stream.TryGetProperty("side_data_list", out var list) || list.ValueKind != JsonValueKind.Array) { return 0; }
        foreach (var item in list.EnumerateArray())
        {
            if (item.TryGetProperty("rotation", out var value) && value.TryGetInt32(out var rotation)) { return rotation; }
        }
        return 0;
    }

    private static TimeSpan? ReadDuration(JsonElement root, SourceKind kind) =>
        kind == SourceKind.File && root.TryGetProperty("format", out var format)
        && double.TryParse(Text(format, "duration"), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 1e8
            ? TimeSpan.FromSeconds(seconds) : null;

    private static bool IsAttachedPicture(JsonElement stream) =>
        stream.TryGetProperty("disposition", out var disposition) && Integer(disposition, "attached_pic") == 1;

    private static int Integer(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : 0;

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";

    private static double Ratio(JsonElement element, string name)
    {
        var parts = Text(element, name).Split('/');
        return parts.Length == 2
            && double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var numerator)
            && double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var denominator) && denominator > 0
                ? numerator / denominator : 0;
    }

    private static byte[] ReadAll(Stream output)
    {
        using (output)
        {
            using var all = new MemoryStream();
            var chunk = new byte[4096];
            int read;
            while ((read = output.Read(chunk)) > 0)
            {
                if (all.Length < MaxOutputBytes) { all.Write(chunk, 0, read); }
            }
            return all.ToArray();
        }
    }
}
