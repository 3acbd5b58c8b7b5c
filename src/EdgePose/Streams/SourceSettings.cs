using System.Diagnostics;
using System.Globalization;
using EdgePose.Domain;

namespace EdgePose.Streams;

/// <summary>One video source and how to read it: most of the section of a stream. Holds a secret: log <see cref="Describe"/>, never the record's parts one by one.</summary>
internal sealed partial record SourceSettings
{
    /// <summary>Id of the stream, <c>[a-z0-9][a-z0-9_-]{0,62}</c>.</summary>
    public required string Stream { get; init; }

    /// <summary>File path, rtsp(s)://, http(s):// or /dev/videoN, without user and password; see <see cref="SourceUrl.Problem"/>.</summary>
    public required string Url { get; init; }

    /// <summary>The camera's small stream, read instead of <see cref="Url"/> as long as it exists; empty = none. Same user and password.</summary>
    public string SubStream { get; init; } = "";
    public string User { get; init; } = "";
    public Secret? Password { get; init; }
    public SourceTransport Transport { get; init; }

    /// <summary>Largest number of frames per second taken from the source; 0 = all. A slower source is never padded.</summary>
    public double Fps { get; init; }
    public HardwareDecoder Hardware { get; init; } = HardwareDecoder.Auto;

    /// <summary>Frame age after which the source counts as stalled; stretched for rates below one frame in this time.</summary>
    public TimeSpan StallAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time that a new connection on which video arrives may take to its first key picture.</summary>
    public TimeSpan KeyPictureWithin { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Width of a pixel by its height; 0 = as the source announces.</summary>
    public double PixelAspect { get; init; }

    /// <summary>Time a new connection may take to its first frame while nothing arrives, counted from the start of ffmpeg.</summary>
    public TimeSpan FirstFrameWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Frames in which the decoder concealed errors are not handed on.</summary>
    public bool DiscardCorrupt { get; init; }

    /// <summary>RTSP only: capture times by the camera's clock, once it has sent an RTCP sender report.</summary>
    public bool CameraTime { get; init; }

    /// <summary>Files only: start again at the end.</summary>
    public bool Loop { get; init; }

    /// <summary>Files only.</summary>
    public SourcePace Pace { get; init; }

    /// <summary>
    /// Checks the certificate of an https:// source against the system's store. Off by default because cameras carry self-signed ones:
    /// the traffic is encrypted then, but the camera's identity is not proven. ffmpeg 5.1 offers no such check for rtsps://.
    /// </summary>
    public bool VerifyTls { get; init; }

    /// <summary>How the pictures of an HTTP source are got; found out by the probe.</summary>
    public HttpDelivery Delivery { get; init; }

    /// <summary>A playlist that this ffmpeg takes by its script only; found out by the probe.</summary>
    public bool ViaScript { get; init; }

    /// <summary>From the upright source size to the size of the frames that are wanted, both in pixels.</summary>
    public Func<int, int, (int Width, int Height)> FrameSize { get; init; } = static (width, height) => (width, height);

    public SourceKind Kind => SourceUrl.KindOf(Url);

    /// <summary>A recording that is played once: its end is no failure.</summary>
    public bool EndsByItself => Kind == SourceKind.File && !Loop;

    /// <summary>Every frame counts: nothing is dropped and time follows the recording.</summary>
    public bool Lossless => Kind == SourceKind.File && Pace == SourcePace.Max;

    /// <summary>The source for logs: no user, no password, no query (which may carry a token).</summary>
    public string Describe()
    {
        var how = Kind switch
        {
            SourceKind.Rtsp => Transport == SourceTransport.Tcp ? " over TCP" : " over UDP",
            SourceKind.File => (Pace == SourcePace.Max ? " as fast as possible" : " in real time") + (Loop ? ", looped" : ""),
            SourceKind.Http or SourceKind.V4l2 => "",
            _ => throw new UnreachableException($"kind {Kind}"),
        };
        var rate = Fps > 0 ? string.Create(CultureInfo.InvariantCulture, $", at most {Fps:0.###} fps") : "";
        return $"{SourceUrl.Mask(SubStream.Length > 0 ? SubStream : Url)}{how}{rate}{(Password is null ? "" : ", with password")}";
    }

    public override string ToString() => $"{Stream}: {Describe()}";
}
