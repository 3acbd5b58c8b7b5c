using System.Globalization;
using EdgePose.Streams;

namespace EdgePose.SystemTests.Ingest;

/// <summary>Shell scripts in the place of ffmpeg and ffprobe, for what the real ones cannot be made to do.</summary>
internal sealed class FakeTool(string folder)
{
    /// <summary>What ffprobe prints for a 32x24 picture at 15 fps.</summary>
    private const string Answer = """{"streams":[{"index":0,"codec_name":"h264","profile":"Main","width":32,"height":24,"avg_frame_rate":"15/1","r_frame_rate":"15/1","pix_fmt":"yuv420p"}],"format":{}}""";

    public const int FrameBytes = 32 * 24 * 3;

    /// <summary>Shell commands that write one frame, with its announcement.</summary>
    public static string Frame => string.Create(CultureInfo.InvariantCulture, $"printf '[Parsed_showinfo_1 @ 0x1] [info] n: 0 pts: 0 pts_time:0 pos: 0\\n' >&2; head -c {FrameBytes} /dev/zero");

    /// <summary>Writes an executable script.</summary>
    public string Write(string name, string script)
    {
        var path = Path.Combine(folder, name + ".sh");
        // Under another name first: a script that is being written cannot be executed.
        File.WriteAllText(path + ".new", "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(path + ".new", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Move(path + ".new", path, overwrite: true);
        return path;
    }

    /// <summary>An ffmpeg that does this, and an ffprobe that finds a source whenever <paramref name="probe"/> lets it.</summary>
    /// <param name="name">Names the two scripts.</param>
    /// <param name="ffmpeg">Shell commands; the options are in <c>"$@"</c>.</param>
    /// <param name="probe">Shell commands before the answer; may exit.</param>
    public FfmpegTools Pair(string name, string ffmpeg, string probe = "") =>
        new(Write(name, "cat >/dev/null\n" + ffmpeg), Write(name + "-probe", $"cat >/dev/null\n{probe}\nprintf '%s' '{Answer}'"));
}
