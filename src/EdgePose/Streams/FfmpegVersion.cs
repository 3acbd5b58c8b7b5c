using System.Diagnostics;

namespace EdgePose.Streams;

/// <summary>Version of the installed ffmpeg.</summary>
internal static class FfmpegVersion
{
    /// <summary>Such as <c>5.1.9-0+deb12u1</c>; empty when ffmpeg is not installed or does not say.</summary>
    public static async Task<string> ReadAsync(CancellationToken stop)
    {
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-version");
        try
        {
            using var process = Process.Start(start);
            if (process is null) { return ""; }
            var errors = process.StandardError.ReadToEndAsync(stop);
            var words = (await process.StandardOutput.ReadToEndAsync(stop).ConfigureAwait(false)).Split(' ', 4);
            await process.WaitForExitAsync(stop).ConfigureAwait(false);
            await errors.ConfigureAwait(false);
            return words is ["ffmpeg", "version", var version, ..] ? version : "";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Not on PATH: the caller names the package to install.
            return "";
        }
    }
}
