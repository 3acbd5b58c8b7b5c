using EdgePose.Domain;
using FFMpegCore;
using FFMpegCore.Enums;
using FFMpegCore.Exceptions;

namespace EdgePose.Workshop.Media;

/// <summary>
/// FFMpegCore, for files only and under names of our own only. It joins all arguments into one string without escaping, shows them in the
/// list of processes, and repeats them in its errors; so neither an address with a password nor a name that somebody else chose may get to it.
/// Cameras are read by <see cref="Streams.FfmpegProcess"/>.
/// </summary>
/// <param name="ffmpeg">Full path of ffmpeg; ffprobe lies beside it.</param>
internal sealed class FfmpegOnOwnNames(string ffmpeg)
{
    /// <summary>How long ffmpeg may take to end after it was asked to.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly FFOptions _options = new() { BinaryFolder = Path.GetDirectoryName(ffmpeg)!, LogLevel = FFMpegLogLevel.Error };

    /// <summary>Writes the first part of a clip as H.264 that an RTSP server can send as it is, without sound.</summary>
    /// <param name="clip">Any video file.</param>
    /// <param name="target">The MP4 file to write, in a folder that we named.</param>
    /// <param name="length">How much of the clip.</param>
    /// <param name="stop">Ends ffmpeg.</param>
    /// <exception cref="UserError">ffmpeg cannot read the clip.</exception>
    public async Task PrepareForRtspAsync(string clip, string target, TimeSpan length, CancellationToken stop)
    {
        using var name = new OwnName(clip);
        var work = FFMpegArguments.FromFileInput(Plain(name.Link)).OutputToFile(Plain(target), overwrite: true, options => options
            .WithDuration(length).DisableAudio().WithVideoCodec("libx264").WithSpeedPreset(EncoderPreset.VeryFast).WithConstantRateFactor(18)
            .WithVideoProfile("main").WithGopSize(20).WithCustomArgument("-bf 0").WithPixelFormat("yuv420p"));
        try { await work.CancellableThrough(stop, Patience).ProcessAsynchronously(throwOnError: true, _options, stop); }
        catch (FFMpegProcessException e)
        {
            throw new UserError(ExitCode.Source, $"ffmpeg cannot prepare {clip}: {Said(e.Result.StandardError, name)}", "try another clip", e);
        }
    }

    /// <summary>Pixels of the first video stream, as coded.</summary>
    /// <exception cref="UserError">There is none.</exception>
    public async Task<(int Width, int Height)> SizeAsync(string clip, CancellationToken stop)
    {
        using var name = new OwnName(clip);
        try
        {
            var found = await FFProbe.AnalyseAsync(Plain(name.Link), _options, cancellationToken: stop);
            if (found.VideoStreams is [{ Width: { } width, Height: { } height }, ..]) { return (width, height); }
        }
        catch (FFProbeProcessException e)
        {
            throw new UserError(ExitCode.Source, $"ffprobe finds no video in {clip}: {Said(e.StandardError, name)}", "try another clip", e);
        }
        throw new UserError(ExitCode.Source, $"ffprobe finds no video in {clip}");
    }

    /// <summary>The path, if it holds nothing that could end an argument: our names never do, but the temporary folder is the user's.</summary>
    /// <exception cref="UserError">It does.</exception>
    private static string Plain(string path) =>
        Path.IsPathRooted(path) && path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-') ? path
        : throw new UserError(ExitCode.Usage, $"{path}: a temporary folder may hold letters, digits, '.', '_' and '-' only", "set TMPDIR to such a folder");

    private static string Said(IReadOnlyList<string> errors, OwnName name) =>
        errors.LastOrDefault(line => line.Length > 0, "no reason given").Replace(name.Link, "the file", StringComparison.Ordinal);
}
