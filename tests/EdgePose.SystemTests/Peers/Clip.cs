using System.Diagnostics;
using System.Globalization;
using EdgePose.SystemTests.Peers.Rtsp;

namespace EdgePose.SystemTests.Peers;

/// <summary>Short H.264 clips of ffmpeg's moving test picture, 320x240, 15 fps, a key frame per second, no B-frames.</summary>
internal static class Clip
{
    public const int Width = 320, Height = 240, Rate = 15;

    /// <summary>Writes a clip into <paramref name="folder"/> and returns its path.</summary>
    public static string Make(string folder, int seconds, string name = "clip.mp4", params string[] more) =>
        MakeOf(string.Create(CultureInfo.InvariantCulture, $"testsrc2=size={Width}x{Height}:rate={Rate}"), folder, seconds, name, more);

    /// <summary>
    /// A clip of one colour with a little noise (4 gives 300 kbit/s, 20 gives 4 Mbit/s), so that frames of it are told apart from those of
    /// another by their brightness. With the name's ending <c>.h264</c> or <c>.h265</c> it is an elementary stream.
    /// </summary>
    public static Elementary MakePlain(string folder, string colour, string name, int seconds = 4, int width = Width, int height = Height, int noise = 4)
    {
        var hevc = name.EndsWith(".h265", StringComparison.Ordinal);
        string[] codec = hevc ? ["-c:v", "libx265", "-x265-params", "log-level=none:keyint=15:bframes=0:repeat-headers=1"] : [];
        var picture = string.Create(CultureInfo.InvariantCulture, $"color={colour}:size={width}x{height}:rate={Rate},noise=alls={noise}:allf=t:all_seed=1");
        return Elementary.Load(MakeOf(picture, folder, seconds, name, codec), hevc);
    }

    private static string MakeOf(string picture, string folder, int seconds, string name, string[] more)
    {
        var path = Path.Combine(folder, name);
        string[] arguments =
        [
            "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", picture,
            "-t", seconds.ToString(CultureInfo.InvariantCulture), "-an", "-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "main",
            "-g", "15", "-bf", "0", "-pix_fmt", "yuv420p", .. more, path,
        ];
        using var process = Process.Start(new ProcessStartInfo("ffmpeg", arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? path : throw new InvalidOperationException($"ffmpeg could not make the clip: {errors}");
    }
}
