using EdgePose.Domain;

namespace EdgePose.Streams;

/// <summary>What ffprobe says about the video of a source.</summary>
/// <param name="StreamIndex">Index of the video stream inside the source.</param>
/// <param name="Codec">ffmpeg's codec name, such as <c>h264</c>.</param>
/// <param name="Profile">Codec profile; empty when unknown.</param>
/// <param name="Width">Pixels per row of the upright picture (rotation applied).</param>
/// <param name="Height">Rows of the upright picture.</param>
/// <param name="Rotation">Degrees by which the coded picture is turned for display, -180..360; 0 for nearly all cameras.</param>
/// <param name="FramesPerSecond">Announced rate; 0 when the source announces none.</param>
/// <param name="PixelFormat">ffmpeg's name of the coded pixel format; empty when unknown.</param>
/// <param name="Duration">Length of a recording; null for live sources.</param>
internal sealed record StreamFormat(
    int StreamIndex, string Codec, string Profile, int Width, int Height, int Rotation, double FramesPerSecond, string PixelFormat, TimeSpan? Duration);

/// <summary>Outcome of a probe: a format, or the state and the reason for the operator.</summary>
internal sealed record ProbeResult(StreamFormat? Format, StreamState State, string Reason, TimeSpan Elapsed)
{
    /// <summary>ffprobe's last warnings and errors, redacted.</summary>
    public IReadOnlyList<string> Tail { get; init; } = [];
}

/// <summary>The two executables; names are looked up in PATH.</summary>
internal sealed record FfmpegTools(string Ffmpeg = "ffmpeg", string Ffprobe = "ffprobe");
