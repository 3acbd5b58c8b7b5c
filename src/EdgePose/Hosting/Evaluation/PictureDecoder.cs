using System.Globalization;
using EdgePose.Domain;
using EdgePose.Ingest;

namespace EdgePose.Hosting.Evaluation;

/// <summary>
/// Pictures as frames, decoded by a process per picture: JPEG by libjpeg-turbo's djpeg where it is installed, because the reference
/// implementations see its pixels (ffmpeg rounds some bytes otherwise, which moved an AP by .004), everything else by ffmpeg. Orientation tags are ignored, as the annotations of the data sets are. The size
/// comes with the pixels (PPM), so that a picture that does not fit its annotation is found out.
/// </summary>
internal sealed class PictureDecoder(FfmpegTools tools, TimeProvider time)
{
    private const int MaxHeader = 64;

    // As near to libjpeg's chroma upsampling, which the reference implementations see, as ffmpeg comes.
    private const string Flags = "flags=bilinear+accurate_rnd+full_chroma_int+full_chroma_inp";

    /// <summary>Decodes <paramref name="path"/> to <paramref name="frameWidth"/> x <paramref name="frameHeight"/> pixels.</summary>
    /// <param name="path">A picture file.</param>
    /// <param name="frameWidth">Width; the picture's own when <paramref name="scaled"/> is false.</param>
    /// <param name="frameHeight">Height.</param>
    /// <param name="scaled">Let ffmpeg scale, as the daemon's ingest does.</param>
    /// <param name="stop">Ends ffmpeg.</param>
    /// <exception cref="UserError">No such file, no picture, or of another size.</exception>
    public async Task<Frame> DecodeAsync(string path, int frameWidth, int frameHeight, bool scaled, CancellationToken stop)
    {
        if (!File.Exists(path)) { throw new UserError(ExitCode.Source, $"{path} does not exist", "check --images"); }
        if (!scaled && IsJpeg(path) && Djpeg is { } djpeg)
        {
            // -rgb makes grey pictures three channels. What it cannot take, such as CMYK, goes to ffmpeg.
            var (frame, _) = await RunAsync(new FfmpegCommand(djpeg, ["-ppm", "-rgb", Path.GetFullPath(path)], ""), frameWidth, frameHeight, stop).ConfigureAwait(false);
            if (frame is not null) { return frame; }
        }
        var (decoded, wrong) = await RunAsync(Command(path, frameWidth, frameHeight, scaled), frameWidth, frameHeight, stop).ConfigureAwait(false);
        return decoded ?? throw new UserError(ExitCode.Source, $"{path}: {wrong}");
    }

    /// <summary>Full path of djpeg; null when it is not installed.</summary>
    private static string? Djpeg { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, "djpeg")).FirstOrDefault(File.Exists);

    private static bool IsJpeg(string path) => Path.GetExtension(path).ToLowerInvariant() is ".jpg" or ".jpeg";

    /// <summary>The frame, or null with what is wrong.</summary>
    private async Task<(Frame? Frame, string Wrong)> RunAsync(FfmpegCommand command, int frameWidth, int frameHeight, CancellationToken stop)
    {
        var log = new FfmpegLog(static text => text, null, time);
        var process = FfmpegProcess.TryStart(command, log, time, out var problem);
        if (process is null) { return (null, problem); }
        await using var running = process.ConfigureAwait(false);
        var frame = new Frame(frameWidth, frameHeight);
        var reading = Worker.Run("picture", () => Read(process.Output, frame));
        string wrong;
        try
        {
            wrong = await reading.WaitAsync(stop).ConfigureAwait(false);
            await process.WaitForExitAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await process.StopAsync().ConfigureAwait(false);
            throw;
        }
        if (wrong.Length == 0 && process.ExitCode == 0) { return (frame, ""); }
        var said = log.Tail() is [.., var last] ? $" ({last})" : "";
        return (null, (wrong.Length > 0 ? wrong : "ffmpeg could not decode it") + said);
    }

    private FfmpegCommand Command(string path, int width, int height, bool scaled)
    {
        var size = scaled ? string.Create(CultureInfo.InvariantCulture, $"{width}:{height}:") : "";
        return new FfmpegCommand(tools.Ffmpeg,
            ["-nostdin", "-nostats", "-hide_banner", "-v", "level+error", "-noautorotate", "-protocol_whitelist", "file", "-i", "file:" + Path.GetFullPath(path),
             "-map", "0:v:0", "-frames:v", "1", "-vf", $"scale={size}{Flags},format=rgb24", "-c:v", "ppm", "-f", "image2pipe", "-"],
            "");
    }

    /// <summary>Fills the frame; returns what is wrong, or nothing.</summary>
    private static string Read(Stream output, Frame frame)
    {
        using var buffered = new BufferedStream(output, 1 << 16);
        if (ReadHeader(buffered) is not { } size) { return "it is no picture that ffmpeg can decode"; }
        if (size != (frame.Width, frame.Height))
        {
            return $"the picture is {size.Width}x{size.Height}, its annotation says {frame.Width}x{frame.Height}";
        }
        return buffered.ReadAtLeast(frame.Pixels, frame.Pixels.Length, throwOnEndOfStream: false) < frame.Pixels.Length ? "the picture is cut off" : "";
    }

    // "P6", width, height and 255, separated by white space.
    private static (int Width, int Height)? ReadHeader(Stream stream)
    {
        var (fields, word) = (new List<string>(4), "");
        for (var i = 0; i < MaxHeader && fields.Count < 4; i++)
        {
            var next = stream.ReadByte();
            if (next < 0) { return null; }
            if (!char.IsWhiteSpace((char)next)) { word += (char)next; continue; }
            if (word.Length > 0) { fields.Add(word); }
            word = "";
        }
        return fields is ["P6", var w, var h, "255"] && int.TryParse(w, NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            && int.TryParse(h, NumberStyles.None, CultureInfo.InvariantCulture, out var height) ? (width, height) : null;
    }
}
