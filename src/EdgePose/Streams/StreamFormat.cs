using EdgePose.Domain;

namespace EdgePose.Streams;

/// <summary>What ffprobe says about the video of a source.</summary>
/// <param name="StreamIndex">Index of the video stream inside the source.</param>
/// <param name="Codec">ffmpeg's codec name, such as <c>h264</c>.</param>
/// <param name="Profile">Codec profile; empty when unknown.</param>
/// <param name="Width">Pixels per row of the upright picture (rotation applied, pixels made square).</param>
/// <param name="Height">Rows of the upright picture.</param>
/// <param name="Rotation">Degrees by which the coded picture is turned for display, -180..360; 0 for nearly all cameras.</param>
/// <param name="FramesPerSecond">Announced rate; 0 when the source announces none.</param>
/// <param name="PixelFormat">ffmpeg's name of the coded pixel format; empty when unknown.</param>
/// <param name="Duration">Length of a recording; null for live sources.</param>
internal sealed record StreamFormat(
    int StreamIndex, string Codec, string Profile, int Width, int Height, int Rotation, double FramesPerSecond, string PixelFormat, TimeSpan? Duration)
{
    /// <summary>Width of a coded pixel by its height, as announced or configured; 1 when nobody says.</summary>
    public double PixelAspect { get; init; } = 1;

    /// <summary>ffmpeg's names of the container, such as <c>matroska,webm</c>; empty when unknown.</summary>
    public string Container { get; init; } = "";

    /// <summary>A recording whose times rise throughout, so that ffmpeg finds a place in it. Others are decoded from the beginning up to there.</summary>
    public bool IsSeekable => Container.Split(',')[0] is "matroska" or "mov" or "avi";

    /// <summary>The same source with pictures of another shape.</summary>
    public StreamFormat Of(PictureShape shape)
    {
        var (width, height) = shape.Upright(Rotation);
        return this with { Width = width, Height = height, PixelAspect = shape.PixelAspect };
    }
}

/// <summary>Outcome of a probe: a format, or the state and the reason for the operator.</summary>
internal sealed record ProbeResult(StreamFormat? Format, StreamState State, string Reason, TimeSpan Elapsed)
{
    /// <summary>ffprobe's last warnings and errors, redacted.</summary>
    public IReadOnlyList<string> Tail { get; init; } = [];

    /// <summary>How the pictures of an HTTP source have to be got.</summary>
    public HttpDelivery Delivery { get; init; }

    /// <summary>See <see cref="SourceSettings.ViaScript"/>.</summary>
    public bool ViaScript { get; init; }
}
