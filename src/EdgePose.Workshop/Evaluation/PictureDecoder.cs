using System.Globalization;
using EdgePose.Domain;
using EdgePose.Loops;
using EdgePose.Streams;

namespace EdgePose.Workshop.Evaluation;

/// <summary>
/// Pictures as frames, decoded by a process per picture: JPEG by libjpeg-turbo's djpeg where it is installed, because the reference
/// implementations see its pixels (ffmpeg rounds some bytes otherwise, which moved an AP by .004), everything else by ffmpeg. Orientation tags are ignored, as the annotations of the data sets are. The size
/// comes with the pixels (PPM), so that a picture that does not fit its annotation is found out.
/// </summary>
internal sealed class PictureDecoder(FfmpegTools tools, TimeProvider time)
{
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
        if (!scaled && IsJpeg(path) && DjpegPath is { } djpeg)
        {
            var (frame, _) = await RunAsync(Djpeg(djpeg, path), (frameWidth, frameHeight), stop).ConfigureAwait(false);
            if (frame is not null) { return frame; }
        }
        var size = scaled ? string.Create(CultureInfo.InvariantCulture, $"{frameWidth}:{frameHeight}:") : "";
        var (decoded, wrong) = await RunAsync(Ffmpeg(path, null, size), (frameWidth, frameHeight), stop).ConfigureAwait(false);
        return decoded ?? throw new UserError(ExitCode.Source, $"{path}: {wrong}");
    }

    /// <summary>Decodes a picture, or the frame of a clip that is shown <paramref name="at"/> a time, at its own size.</summary>
    /// <exception cref="UserError">No such file, or nothing that can be decoded.</exception>
    public async Task<Frame> DecodeAsync(string path, TimeSpan? at, CancellationToken stop)
    {
        if (!File.Exists(path)) { throw new UserError(ExitCode.Source, $"{path} does not exist"); }
        if (at is null && IsJpeg(path) && DjpegPath is { } djpeg)
        {
            var (frame, _) = await RunAsync(Djpeg(djpeg, path), null, stop).ConfigureAwait(false);
            if (frame is not null) { return frame; }
        }
        var (decoded, wrong) = await RunAsync(Ffmpeg(path, at, ""), null, stop).ConfigureAwait(false);
        return decoded ?? throw new UserError(ExitCode.Source, $"{path}{(at is { } t ? $" at {t.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture)} s" : "")}: {wrong}");
    }

    /// <summary>Full path of djpeg; null when it is not installed.</summary>
    private static string? DjpegPath { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, "djpeg")).FirstOrDefault(File.Exists);

    private static bool IsJpeg(string path) => Path.GetExtension(path).ToLowerInvariant() is ".jpg" or ".jpeg";

    /// <summary>The frame, or null with what is wrong.</summary>
    private async Task<(Frame? Frame, string Wrong)> RunAsync(FfmpegCommand command, (int Width, int Height)? expected, CancellationToken stop)
    {
        var log = new FfmpegLog(static text => text, null, time);
        var process = FfmpegProcess.TryStart(command, log, time, out var problem);
        if (process is null) { return (null, problem); }
        await using var running = process.ConfigureAwait(false);
        var reading = Worker.Run("picture", () => PpmReader.Read(process.Output, expected));
        (Frame? Frame, string Wrong) read;
        try
        {
            read = await reading.WaitAsync(stop).ConfigureAwait(false);
            await process.WaitForExitAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await process.StopAsync().ConfigureAwait(false);
            throw;
        }
        if (read.Frame is not null && process.ExitCode == 0) { return read; }
        var said = log.Tail() is [.., var last] ? $" ({last})" : "";
        return (null, (read.Wrong.Length > 0 ? read.Wrong : "ffmpeg could not decode it") + said);
    }

    // -rgb makes grey pictures three channels. What it cannot take, such as CMYK, goes to ffmpeg.
    private static FfmpegCommand Djpeg(string program, string path) => new(program, ["-ppm", "-rgb", Path.GetFullPath(path)], "");

    private FfmpegCommand Ffmpeg(string path, TimeSpan? at, string size)
    {
        // Clips are turned upright, as the daemon's ingest does.
        string[] before = at is { } t ? ["-ss", t.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture)] : ["-noautorotate"];
        return new FfmpegCommand(tools.Ffmpeg,
            ["-nostdin", "-nostats", "-hide_banner", "-v", "level+error", .. before, "-protocol_whitelist", "file", "-i", "file:" + Path.GetFullPath(path),
             "-map", "0:v:0", "-frames:v", "1", "-vf", $"scale={size}{Flags},format=rgb24", "-c:v", "ppm", "-f", "image2pipe", "-"],
            "");
    }
}
