using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EdgePose.Domain;
using EdgePose.Workshop.Media;

namespace EdgePose.Workshop.Demo;

/// <summary>Writes one PNG with the skeletons of a published message, over the clip's own frame when its time is known, else on black.</summary>
internal static class Picture
{
    /// <param name="message">A pose message.</param>
    /// <param name="clip">The clip file that was played.</param>
    /// <param name="fps">Frames per second that the daemon took; 0 when unknown (black background).</param>
    /// <param name="path">The PNG to write.</param>
    /// <param name="stop">Cancels.</param>
    public static async Task WriteAsync(JsonElement message, string clip, double fps, string path, CancellationToken stop)
    {
        var (width, height) = await new FfmpegOnOwnNames(Child.Require("ffmpeg", "ffmpeg")).SizeAsync(clip, stop);
        var canvas = new SkeletonPicture(width, height);
        canvas.Draw(message);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var size = string.Create(CultureInfo.InvariantCulture, $"{width}x{height}");
        string[] background = fps > 0
            ? ["-ss", (message.GetProperty("seq").GetInt64() / fps).ToString("0.###", CultureInfo.InvariantCulture), "-i", clip]
            : ["-f", "lavfi", "-i", $"color=black:size={size}"];
        await EncodeAsync(["-v", "error", "-y", .. background, "-f", "rawvideo", "-pix_fmt", "rgba", "-s", size, "-i", "pipe:0",
            "-filter_complex", "[0:v]format=rgb24[b];[b][1:v]overlay=format=rgb", "-frames:v", "1", "-update", "1", path], canvas.Rgba, stop);
    }

    private static async Task EncodeAsync(IEnumerable<string> arguments, byte[] rgba, CancellationToken stop)
    {
        var start = new ProcessStartInfo(Child.Require("ffmpeg", "ffmpeg")) { RedirectStandardInput = true, RedirectStandardError = true };
        foreach (var argument in arguments) { start.ArgumentList.Add(argument); }
        using var process = Process.Start(start) ?? throw new UserError(ExitCode.Failed, "ffmpeg did not start");
        var errors = process.StandardError.ReadToEndAsync(stop);
        await process.StandardInput.BaseStream.WriteAsync(rgba, stop);
        process.StandardInput.Close();
        await process.WaitForExitAsync(stop);
        if (process.ExitCode != 0) { throw new UserError(ExitCode.Failed, $"ffmpeg could not write the picture: {(await errors).Trim()}"); }
    }
}
