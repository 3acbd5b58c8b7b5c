using System.Globalization;

namespace EdgePose.Streams;

/// <summary>
/// A command line for ffmpeg or ffprobe and what is written to its standard input. Addresses of network sources stand only in the
/// script on standard input, because arguments are readable by every user of the machine.
/// </summary>
internal sealed record FfmpegCommand(string Program, IReadOnlyList<string> Arguments, string Script)
{
    /// <summary>Never the script: it may hold a password.</summary>
    public override string ToString() => Program + " " + string.Join(' ', Arguments);

    /// <summary>Writes to standard input for as long as the process runs; null = the script is all.</summary>
    public Func<Stream, CancellationToken, Task>? Feed { get; init; }

    /// <summary>ffprobe with JSON on standard output.</summary>
    /// <param name="source">What to look at.</param>
    /// <param name="tools">The ffprobe.</param>
    /// <param name="within">How long it may look; above the default, it waits for a key picture.</param>
    public static FfmpegCommand Probe(SourceSettings source, FfmpegTools tools, TimeSpan within = default)
    {
        List<string> arguments = ["-hide_banner", "-v", "level+error"];
        var input = new FfmpegInput(source, tools.Generation ?? FfmpegGeneration.Newest, WallClock: false, within > SourceProbe.DefaultTimeout ? within : TimeSpan.Zero);
        arguments.AddRange(input.Arguments());
        // The first picture as well: H.264 and H.265 say inside of it how it is turned, which no description of the stream repeats.
        arguments.AddRange(["-select_streams", "v", "-show_streams", "-show_format", "-show_frames", "-read_intervals", "%+#1", "-of", "json"]);
        return new FfmpegCommand(tools.Ffprobe, arguments, input.Script());
    }

    /// <summary>ffmpeg with packed RGB24 frames of exactly <paramref name="width"/> x <paramref name="height"/> pixels on standard output.</summary>
    /// <param name="source">What to read.</param>
    /// <param name="tools">The ffmpeg.</param>
    /// <param name="format">What the probe has found.</param>
    /// <param name="hardware">A concrete choice; <see cref="HardwareDecoder.Auto"/> counts as none.</param>
    /// <param name="width">Pixels per row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="from">Seconds of a recording that are skipped, exactly.</param>
    /// <param name="furtherOutput">Options of a second output; none when empty.</param>
    public static FfmpegCommand Decode(
        SourceSettings source, FfmpegTools tools, StreamFormat format, HardwareDecoder hardware, int width, int height, double from = 0,
        IEnumerable<string>? furtherOutput = null)
    {
        var generation = tools.Generation ?? FfmpegGeneration.Newest;
        // Verbose, because only there ffmpeg 5.1 names the pixel format that the decoder delivers, which tells hardware from software.
        List<string> arguments = ["-nostdin", "-nostats", "-hide_banner", "-v", "level+verbose"];
        if (IsTraced(source, generation)) { arguments.Add("-debug_ts"); }
        AddDecoder(arguments, source, format, hardware);
        // From its middle on, a looped recording is read to its end; the next connection begins at the beginning.
        if (source.Kind == SourceKind.File && source.Loop && from <= 0) { arguments.AddRange(["-stream_loop", "-1"]); }
        // ffmpeg would take its time over what is skipped as well.
        if (IsPaced(source) && (from <= 0 || format.IsSeekable)) { arguments.Add("-re"); }
        if (from > 0 && format.IsSeekable) { arguments.AddRange(["-ss", from.ToString("0.000000", CultureInfo.InvariantCulture)]); }
        // ffmpeg would turn by what each picture says, and cameras say it with their key pictures only.
        arguments.Add("-noautorotate");
        var input = new FfmpegInput(source, generation, WallClock: IsUnstamped(source, format));
        arguments.AddRange(input.Arguments());
        arguments.AddRange(["-map", string.Create(CultureInfo.InvariantCulture, $"0:{format.StreamIndex}"), "-an", "-sn", "-dn"]);
        arguments.AddRange(["-vf", Filter(source, Turn(format.Rotation), width, height, format.IsSeekable ? 0 : from)]);
        // Without passthrough ffmpeg repeats and drops frames to keep the announced rate.
        arguments.AddRange([generation.HasFrameRateMode ? "-fps_mode" : "-vsync", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]);
        if (furtherOutput is not null) { arguments.AddRange(["-y", .. furtherOutput]); }
        return new FfmpegCommand(tools.Ffmpeg, arguments, input.Script());
    }

    /// <summary>
    /// True when ffmpeg tells the way of every packet: of a live source, because packets that arrive are a sign of life before the first picture,
    /// and where only the decoder's line tells which picture is damaged.
    /// </summary>
    public static bool IsTraced(SourceSettings source, FfmpegGeneration generation) =>
        source.Kind != SourceKind.File || (source.DiscardCorrupt && generation.DecodesAhead);

    /// <summary>
    /// Thins out. ffmpeg's fps filter would repeat frames of slow sources, which would be published as new poses, and holds each frame back until the
    /// next one has arrived. What a source announces counts for nothing: some announce 5 frames a second and send 25.
    /// </summary>
    private static string Filter(SourceSettings source, string turn, int width, int height, double from)
    {
        // Side data goes first: showinfo would print it byte by byte.
        var scale = string.Create(CultureInfo.InvariantCulture, $"{turn}scale={width}:{height}:flags=bilinear,sidedata=mode=delete,showinfo=checksum=0");
        if (from > 0) { scale = string.Create(CultureInfo.InvariantCulture, $"select='gte(t,{from:0.000000})',{scale}"); }
        if (source.Fps <= 0) { return scale; }
        var select = source.Kind == SourceKind.File ? FirstOfEach(source.Fps) : AtMost(source.Fps);
        return $"select='{select}',{scale}";
    }

    /// <summary>Filters that turn the picture upright.</summary>
    /// <param name="rotation">Degrees as ffprobe gives them: anticlockwise.</param>
    private static string Turn(int rotation) => (((-rotation % 360) + 360) % 360) switch
    {
        90 => "transpose=clock,",
        180 => "hflip,vflip,",
        270 => "transpose=cclock,",
        _ => "",
    };

    /// <summary>The first frame of every 1/fps interval. Containers round times to milliseconds.</summary>
    private static string FirstOfEach(double fps) => string.Create(
        CultureInfo.InvariantCulture, $"isnan(prev_selected_t)+not(eq(floor((t+0.001)*{fps:0.######}),floor((prev_selected_t+0.001)*{fps:0.######})))");

    /// <summary>
    /// A frame that comes not much before it is due; register 0 holds when that is (the generic cell rate algorithm, ITU-T I.371, with half an interval of
    /// tolerance). Cameras are not punctual: a fixed grid would lose frames of one that sends exactly the wanted rate. Time that runs backwards begins anew.
    /// </summary>
    private static string AtMost(double fps) => string.Create(
        CultureInfo.InvariantCulture,
        $"if(isnan(t),1,if(isnan(prev_selected_t)+lt(t,prev_selected_t)+gte(t,ld(0)-{0.5 / fps:0.######}),"
        + $"st(0,if(lt(t,prev_selected_t),t,max(t,ld(0)))+{1 / fps:0.######})*0+1,0))");

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

    /// <summary>Motion JPEG over HTTP has no time stamps; ffmpeg would invent 25 frames per second.</summary>
    private static bool IsUnstamped(SourceSettings source, StreamFormat format) =>
        source.Kind == SourceKind.Http && format.Codec == "mjpeg" && !SourceUrl.IsSegmentedOrRecorded(source.Url);

    private static bool IsPaced(SourceSettings source) =>
        source.Kind == SourceKind.File ? source.Pace == SourcePace.Realtime : source.Kind == SourceKind.Http && SourceUrl.IsSegmentedOrRecorded(source.Url);
}
