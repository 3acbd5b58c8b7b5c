using System.Globalization;
using System.Text;

namespace EdgePose.Streams;

/// <summary>
/// A command line for ffmpeg or ffprobe and what is written to its standard input. Addresses of network sources stand only in the
/// script on standard input, because arguments are readable by every user of the machine.
/// </summary>
internal sealed record FfmpegCommand(string Program, IReadOnlyList<string> Arguments, string Script)
{
    /// <summary>Never the script: it may hold a password.</summary>
    public override string ToString() => Program + " " + string.Join(' ', Arguments);

    /// <summary>ffprobe with JSON on standard output.</summary>
    public static FfmpegCommand Probe(SourceSettings source, FfmpegTools tools)
    {
        List<string> arguments = ["-hide_banner", "-v", "level+error"];
        AddInput(arguments, source);
        arguments.AddRange(["-select_streams", "v", "-show_streams", "-show_format", "-of", "json"]);
        return new FfmpegCommand(tools.Ffprobe, arguments, WriteScript(source, wallClock: false));
    }

    /// <summary>ffmpeg with packed RGB24 frames of exactly <paramref name="width"/> x <paramref name="height"/> pixels on standard output.</summary>
    /// <param name="hardware">A concrete choice; <see cref="HardwareDecoder.Auto"/> counts as none.</param>
    /// <param name="furtherOutput">Options of a second output; none when empty.</param>
    public static FfmpegCommand Decode(
        SourceSettings source, FfmpegTools tools, StreamFormat format, HardwareDecoder hardware, int width, int height, IEnumerable<string>? furtherOutput = null)
    {
        // Verbose, because only there ffmpeg 5.1 names the pixel format that the decoder delivers, which tells hardware from software.
        List<string> arguments = ["-nostdin", "-nostats", "-hide_banner", "-v", "level+verbose"];
        AddDecoder(arguments, source, format, hardware);
        if (source.Kind == SourceKind.File && source.Loop) { arguments.AddRange(["-stream_loop", "-1"]); }
        if (IsPaced(source)) { arguments.Add("-re"); }
        AddInput(arguments, source);
        arguments.AddRange(["-map", string.Create(CultureInfo.InvariantCulture, $"0:{format.StreamIndex}"), "-an", "-sn", "-dn"]);
        arguments.AddRange(["-vf", Filter(source, format, width, height)]);
        // Without passthrough ffmpeg repeats and drops frames to keep the announced rate.
        arguments.AddRange(["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]);
        if (furtherOutput is not null) { arguments.AddRange(["-y", .. furtherOutput]); }
        return new FfmpegCommand(tools.Ffmpeg, arguments, WriteScript(source, wallClock: IsUnstamped(source, format)));
    }

    /// <summary>
    /// True when ffmpeg is told to announce every frame. Recordings that are read as fast as possible go without: their frames come too
    /// quickly for a line each, and their time line is known.
    /// </summary>
    public static bool IsAnnotated(SourceSettings source) => !source.Lossless || source.DiscardCorrupt;

    /// <summary>True when frames are thinned out; otherwise all frames of the source arrive.</summary>
    public static bool IsThinned(SourceSettings source, StreamFormat format) =>
        source.Fps > 0 && (format.FramesPerSecond <= 0 || IsUnstamped(source, format) || format.FramesPerSecond > source.Fps * 1.01);

    /// <summary>
    /// Takes the first frame of every 1/fps interval. ffmpeg's fps filter would repeat frames of slow sources, which would be published as
    /// new poses, and holds each frame back until the next one has arrived.
    /// </summary>
    private static string Filter(SourceSettings source, StreamFormat format, int width, int height)
    {
        var scale = string.Create(CultureInfo.InvariantCulture, $"scale={width}:{height}:flags=bilinear");
        // Side data goes first: showinfo would print it byte by byte.
        if (IsAnnotated(source)) { scale += ",sidedata=mode=delete,showinfo=checksum=0"; }
        if (!IsThinned(source, format)) { return scale; }
        var fps = source.Fps.ToString("0.######", CultureInfo.InvariantCulture);
        return $"select='isnan(prev_selected_t)+not(eq(floor(t*{fps}),floor(prev_selected_t*{fps})))',{scale}";
    }

    private static void AddDecoder(List<string> arguments, SourceSettings source, StreamFormat format, HardwareDecoder hardware)
    {
        switch (hardware)
        {
            case HardwareDecoder.Cuda: arguments.AddRange(["-hwaccel", "cuda"]); break;
            case HardwareDecoder.Vaapi: arguments.AddRange(["-hwaccel", "vaapi"]); break;
            case HardwareDecoder.Drm: arguments.AddRange(["-hwaccel", "drm"]); break;
            case HardwareDecoder.V4l2m2m when HardwareChoice.V4l2m2mDecoder(format.Codec) is { } name: arguments.AddRange(["-c:v", name]); break;
            case HardwareDecoder.None or HardwareDecoder.V4l2m2m:
                // Frame threading delays every picture by one frame per thread; a live source needs its newest picture.
                if (source.Kind != SourceKind.File) { arguments.AddRange(["-thread_type", "slice"]); }
                break;
            case HardwareDecoder.Auto: throw new ArgumentOutOfRangeException(nameof(hardware), hardware, "a decoder is chosen before");
            default: throw new ArgumentOutOfRangeException(nameof(hardware), hardware, "no such decoder");
        }
    }

    private static void AddInput(List<string> arguments, SourceSettings source)
    {
        switch (source.Kind)
        {
            case SourceKind.V4l2:
                arguments.AddRange(["-f", "v4l2", "-i", source.Url]);
                break;
            case SourceKind.File:
                // The prefix keeps a name such as "concat:x" a name.
                arguments.AddRange(["-protocol_whitelist", "file,crypto,data", "-i", "file:" + Path.GetFullPath(source.Url)]);
                break;
            case SourceKind.Rtsp or SourceKind.Http:
                arguments.AddRange(["-f", "concat", "-safe", "0", "-protocol_whitelist", Protocols(source.Url), "-i", "pipe:0"]);
                break;
            default: throw new ArgumentOutOfRangeException(nameof(source), source.Kind, "no such kind of source");
        }
    }

    private static string Protocols(string url) => url[..url.IndexOf(':', StringComparison.Ordinal)].ToUpperInvariant() switch
    {
        "RTSP" => "pipe,rtsp,tcp,rtp,udp",
        "RTSPS" => "pipe,rtsp,tls,tcp,rtp,udp",
        "HTTP" => "pipe,http,tcp,crypto,data",
        "HTTPS" => "pipe,https,http,tls,tcp,crypto,data",
        var other => throw new ArgumentException($"no protocols known for '{other}'", nameof(url)),
    };

    private static string WriteScript(SourceSettings source, bool wallClock)
    {
        if (source.Kind is not (SourceKind.Rtsp or SourceKind.Http)) { return ""; }
        if (SourceUrl.Problem(source.Url) is { } problem) { throw new ArgumentException($"the address {problem}", nameof(source)); }
        var url = SourceUrl.WithCredentials(source.Url, source.User, source.Password?.Reveal());
        // Later than our own watchdog: this limit only frees an ffmpeg whose parent is gone.
        var timeout = (long)(source.StallAfter + TimeSpan.FromSeconds(2)).TotalMicroseconds;
        var script = new StringBuilder("ffconcat version 1.0\n").Append("file '").Append(url).Append("'\n");
        if (source.Kind == SourceKind.Rtsp)
        {
            script.Append("option rtsp_transport ").Append(source.Transport == SourceTransport.Udp ? "udp" : "tcp").Append('\n');
            // Do not read 20 frames to estimate a rate that nobody needs: 0.6 s instead of 2.0 s to the first frame at 15 fps (measured).
            script.Append("option fpsprobesize 0\n");
        }
        script.Append(CultureInfo.InvariantCulture, $"option timeout {timeout}\n");
        if (source.VerifyTls && source.Kind == SourceKind.Http) { script.Append("option tls_verify 1\n"); }
        if (wallClock) { script.Append("option use_wallclock_as_timestamps 1\n"); }
        return script.ToString();
    }

    /// <summary>Motion JPEG over HTTP has no time stamps; ffmpeg would invent 25 frames per second.</summary>
    private static bool IsUnstamped(SourceSettings source, StreamFormat format) =>
        source.Kind == SourceKind.Http && format.Codec == "mjpeg" && !SourceUrl.IsSegmentedOrRecorded(source.Url);

    private static bool IsPaced(SourceSettings source) =>
        source.Kind == SourceKind.File ? source.Pace == SourcePace.Realtime : source.Kind == SourceKind.Http && SourceUrl.IsSegmentedOrRecorded(source.Url);
}
