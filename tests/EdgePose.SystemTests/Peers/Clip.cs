using System.Diagnostics;
using System.Globalization;

namespace EdgePose.SystemTests.Peers;

/// <summary>Short H.264 clips of ffmpeg's moving test picture, 320x240, 15 fps, a key frame per second, no B-frames.</summary>
internal static class Clip
{
    public const int Width = 320, Height = 240, Rate = 15;

    /// <summary>Writes a clip into <paramref name="folder"/> and returns its path.</summary>
    public static string Make(string folder, int seconds, string name = "clip.mp4", params string[] more)
    {
        var path = Path.Combine(folder, name);
        string[] arguments =
        [
            "-nostdin", "-v", "error", "-y", "-f", "lavfi",
            "-i", string.Create(CultureInfo.InvariantCulture, $"testsrc2=size={Width}x{Height}:rate={Rate}"),
            "-t", seconds.ToString(CultureInfo.InvariantCulture), "-an", "-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "main",
            "-g", "15", "-bf", "0", "-pix_fmt", "yuv420p", .. more, path,
        ];
        using var process = Process.Start(new ProcessStartInfo("ffmpeg", arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? path : throw new InvalidOperationException($"ffmpeg could not make the clip: {errors}");
    }
}
