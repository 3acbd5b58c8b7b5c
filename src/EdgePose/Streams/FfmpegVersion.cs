using System.Diagnostics;

namespace EdgePose.Streams;

/// <summary>Version of the installed ffmpeg.</summary>
internal static class FfmpegVersion
{
    /// <summary>Such as <c>5.1.9-0+deb12u1</c>; empty when ffmpeg is not installed or does not say.</summary>
    public static async Task<string> ReadAsync(CancellationToken stop)
    {
        var words = (await AskAsync(stop).ConfigureAwait(false)).Split(' ', 4);
        return words is ["ffmpeg", "version", var version, ..] ? version : "";
    }

    /// <summary>What the installed ffmpeg can do; null when it is not installed or does not say.</summary>
    public static async Task<FfmpegGeneration?> GenerationAsync(CancellationToken stop) => FfmpegGeneration.Parse(await AskAsync(stop).ConfigureAwait(false));

    private static async Task<string> AskAsync(CancellationToken stop)
    {
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-version");
        try
        {
            using var process = Process.Start(start);
            if (process is null) { return ""; }
            var errors = process.StandardError.ReadToEndAsync(stop);
            var output = await process.StandardOutput.ReadToEndAsync(stop).ConfigureAwait(false);
            await process.WaitForExitAsync(stop).ConfigureAwait(false);
            await errors.ConfigureAwait(false);
            return output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Not on PATH: the caller names the package to install.
            return "";
        }
    }
}
