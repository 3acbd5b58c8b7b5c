using System.Globalization;
using System.Text.Json;
using EdgePose.Domain;
using EdgePose.Loops;

namespace EdgePose.Streams;

/// <summary>Asks ffprobe what a source delivers. All that can go wrong with a source is a value, never an exception.</summary>
/// <param name="tools">The ffprobe to ask.</param>
/// <param name="redact">Removes known secrets from a text.</param>
/// <param name="time">Clock of the limits.</param>
/// <param name="onWaiting">Called when video arrives and nothing can be said of it before its next key picture.</param>
internal sealed class SourceProbe(FfmpegTools tools, Func<string, string> redact, TimeProvider time, Action? onWaiting = null)
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);
    private const int MaxOutputBytes = 256 * 1024;
    private const int MaxSide = 16384;
    private const string NoPicture = "the source announces video but sent no decodable picture", NoVideo = "the source sent no video";
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(5);

    public async Task<ProbeResult> ProbeAsync(SourceSettings source, TimeSpan timeout, CancellationToken stop)
    {
        var generation = (await tools.KnownAsync(stop).ConfigureAwait(false)).Generation!;
        if (SourceUrl.Problem(source.Url) is { } refused) { return new(null, StreamState.Failed, $"the address {refused}", TimeSpan.Zero); }
        if (Unfit(source, generation) is { } unfit) { return unfit; }
        var result = await AskAsync(source, generation, timeout, stop).ConfigureAwait(false);
        if (result.Format is null && Mentions(result, "Master Playlist tag found") && !source.ViaScript)
        {
            // ffmpeg 9 takes no playlist of playlists inside another one.
            return await ProbeAsync(source with { ViaScript = true }, timeout, stop).ConfigureAwait(false);
        }
        if (result.Format is null && source.Kind == SourceKind.Rtsp && Lacks(result) && source.KeyPictureWithin > timeout)
        {
            onWaiting?.Invoke();
            result = await AskAsync(source, generation, source.KeyPictureWithin, stop).ConfigureAwait(false);
            if (result.Format is null)
            {
                return result with { State = StreamState.Stalled, Reason = string.Create(CultureInfo.InvariantCulture, $"video arrives, but no key picture within {source.KeyPictureWithin.TotalSeconds:0.#} s; set the camera's I-frame interval to 1-2 s, or key_picture_within higher") };
            }
        }
        result = source.Kind == SourceKind.Http && source.Delivery == HttpDelivery.Direct && !SourceUrl.IsSegmentedOrRecorded(source.Url)
            ? await OtherDeliveryAsync(source, generation, result, timeout, stop).ConfigureAwait(false) : result;
        return result.Format is null ? await ExplainAsync(source, result, stop).ConfigureAwait(false) : result;
    }

    /// <summary>What need not be asked.</summary>
    private static ProbeResult? Unfit(SourceSettings source, FfmpegGeneration generation)
    {
        if (source.Kind == SourceKind.File && new FileInfo(source.Url) is { Exists: true, Length: 0 })
        {
            return new ProbeResult(null, StreamState.NotFound, "the file is empty; is it still being written?", TimeSpan.Zero);
        }
        return source.VerifyTls && source.Kind == SourceKind.Http && !generation.HasScriptOptions
            ? new ProbeResult(null, StreamState.Failed, $"ffmpeg {generation.Name} cannot be told to check a certificate; 5.0 or later is needed for verify_tls", TimeSpan.Zero) : null;
    }

    /// <summary>One picture at an address, and streams whose parts ffmpeg does not take for pictures, are fetched for it.</summary>
    private async Task<ProbeResult> OtherDeliveryAsync(SourceSettings source, FfmpegGeneration generation, ProbeResult result, TimeSpan timeout, CancellationToken stop)
    {
        var undecoded = result.Format is null && result.Reason == NoPicture;
        if (!undecoded && result.Format is not { Codec: "mjpeg" }) { return result; }
        using var pictures = new HttpPictures(source, time);
        var type = await pictures.ContentTypeAsync(stop).ConfigureAwait(false);
        var delivery = type.StartsWith("image/", StringComparison.Ordinal) ? HttpDelivery.Still
            : undecoded && type.StartsWith("multipart/", StringComparison.Ordinal) ? HttpDelivery.Wrapped : HttpDelivery.Direct;
        return delivery == HttpDelivery.Direct ? result : await AskAsync(source with { Delivery = delivery }, generation, timeout, stop).ConfigureAwait(false);
    }

    private async Task<ProbeResult> ExplainAsync(SourceSettings source, ProbeResult result, CancellationToken stop)
    {
        if (source.Kind == SourceKind.V4l2 && Mentions(result, "Not a video capture device"))
        {
            return new V4l2Device().CaptureNodeOf(source.Url) is { } node ? result with { Reason = $"{result.Reason}; the pictures come from {node}" } : result;
        }
        var vague = result.State is StreamState.AuthFailed or StreamState.Reconnecting || result.Reason is NoPicture or FailureReason.NoUsableAnswer
            || result.Reason.StartsWith(NoVideo, StringComparison.Ordinal) || Mentions(result, "not on whitelist");
        // A source that hung is not asked again, except where it may have hung ffprobe only.
        if (!vague || source.Kind is not (SourceKind.Rtsp or SourceKind.Http) || (result.Elapsed > Quick && !result.Reason.StartsWith(NoVideo, StringComparison.Ordinal))) { return result; }
        var answer = SourceAnswer.Parse(await AuthChallenge.AskAsync(source.Url, time, stop).ConfigureAwait(false));
        if (answer?.Explain() is not { } better) { return result; }
        return result with { Reason = redact(better), State = result.State == StreamState.AuthFailed ? result.State : StreamState.NotFound };
    }

    private async Task<ProbeResult> AskAsync(SourceSettings source, FfmpegGeneration generation, TimeSpan timeout, CancellationToken stop)
    {
        var start = time.GetTimestamp();
        var log = new FfmpegLog(redact, null, time);
        ProbeResult Result(StreamFormat? format, StreamState state, string reason) => new(format, state, reason, time.GetElapsedTime(start))
        {
            Tail = format is null ? log.Tail() : [], Delivery = source.Delivery, ViaScript = source.ViaScript,
        };

        using var pictures = source.Delivery == HttpDelivery.Direct ? null : new HttpPictures(source, time);
        var command = FfmpegCommand.Probe(source, tools with { Generation = generation }, timeout) with
        {
            Feed = pictures is null ? null : (input, end) => pictures.WriteFirstAsync(input, source.Delivery, end),
        };
        var process = FfmpegProcess.TryStart(command, log, time, out var problem);
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
            return Result(null, StreamState.Unreachable, string.Create(CultureInfo.InvariantCulture, $"{NoVideo} within {timeout.TotalSeconds:0.#} s{MachineLoad.Excuse()}"));
        }
        var bytes = await output.WaitAsync(stop).ConfigureAwait(false);
        if (process.ExitCode != 0)
        {
            var (state, reason) = FailureReason.Of(log.Tail(), source.Kind, $"ffprobe ended with code {process.ExitCode}");
            return Result(null, state, reason);
        }
        var format = Parse(bytes, source.Kind, out problem, source.PixelAspect);
        return format is null ? Result(null, StreamState.Unreachable, problem) : Result(format, StreamState.Online, "");
    }

    private static bool Mentions(ProbeResult result, string text) => result.Tail.Any(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>The decoder has been given pictures and lacks what comes with a key picture.</summary>
    private static bool Lacks(ProbeResult result) => Mentions(result, "non-existing PPS") || Mentions(result, "PPS id out of range") || Mentions(result, "no frame!");

    internal static StreamFormat? Parse(ReadOnlyMemory<byte> json, SourceKind kind, out string problem, double pixelAspect = 0)
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
                var format = ReadStream(root, stream, kind, pixelAspect);
                // ffmpeg's own rule: the largest picture wins.
                if (format is not null && (best is null || format.Width * format.Height > best.Width * best.Height)) { best = format; }
            }
            if (best is null && streams.GetArrayLength() > 0) { problem = NoPicture; }
            return best is null ? null : best with { Container = root.TryGetProperty("format", out var container) ? Text(container, "format_name") : "" };
        }
        catch (JsonException e)
        {
            problem = $"ffprobe's answer is not understood: {e.Message}";
            return null;
        }
    }

    private static StreamFormat? ReadStream(JsonElement root, JsonElement stream, SourceKind kind, double pixelAspect)
    {
        var (width, height) = (Integer(stream, "width"), Integer(stream, "height"));
        if (width is < 1 or > MaxSide || height is < 1 or > MaxSide) { return null; }
        var rotation = ReadRotation(stream) is var container and not 0 ? container : FirstPicture(root, Integer(stream, "index"));
        var announced = pixelAspect > 0 ? pixelAspect : PictureShape.Ratio(Text(stream, "sample_aspect_ratio"));
        var aspect = announced > 0 ? announced : 1;
        var fps = Ratio(stream, "avg_frame_rate");
        var codec = Text(stream, "codec_name");
        // Motion JPEG over HTTP announces no rate; the 25 that ffprobe gives for it is made up.
        if (fps <= 0 && !(kind == SourceKind.Http && codec == "mjpeg")) { fps = Ratio(stream, "r_frame_rate"); }
        return new StreamFormat(
            Integer(stream, "index"), codec, Text(stream, "profile"), width, height, rotation,
            fps is > 0 and <= 1000 ? fps : 0, Text(stream, "pix_fmt"), ReadDuration(root, kind)).Of(new PictureShape(width, height, aspect));
    }

    /// <summary>How the first picture of a stream says that it is turned.</summary>
    private static int FirstPicture(JsonElement root, int index)
    {
        if (!root.TryGetProperty("frames", out var frames) || frames.ValueKind != JsonValueKind.Array) { return 0; }
        foreach (var frame in frames.EnumerateArray())
        {
            if (Integer(frame, "stream_index") == index) { return ReadRotation(frame); }
        }
        return 0;
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
