namespace EdgePose.SystemTests.Peers.Rtsp;

/// <summary>One picture to send.</summary>
/// <param name="Nals">Its NAL units.</param>
/// <param name="IsHevc">How they are put into packets.</param>
/// <param name="Due">When, counted from PLAY.</param>
/// <param name="RtpTime">Its time stamp, 90 kHz.</param>
internal readonly record struct TimedPicture(byte[][] Nals, bool IsHevc, TimeSpan Due, uint RtpTime)
{
    public int PayloadType { get; init; } = 96;
}

/// <summary>What a <see cref="ScriptedRtspServer"/> does. Connections are counted from 0; ffprobe and ffmpeg each make one.</summary>
internal sealed record RtspScript
{
    private const int Clock = 90_000;

    /// <summary>The SDP of a connection describes this stream.</summary>
    public required Func<int, Elementary> Describe { get; init; }

    /// <summary>What follows PLAY; after the last picture the connection stays open and silent, unless <see cref="ClosesAtEnd"/>.</summary>
    public required Func<int, IEnumerable<TimedPicture>> Play { get; init; }

    /// <summary>Status line such as <c>404 Not Found</c> for a request of a connection; null answers as asked.</summary>
    public Func<int, string, string?> Refuse { get; init; } = static (_, _) => null;

    /// <summary>How a password is asked for where <see cref="Refuse"/> says 401.</summary>
    public string Challenge { get; init; } = "Basic realm=\"Front door\"";

    /// <summary>Accepts connections and never says a word.</summary>
    public bool Silent { get; init; }
    public bool ClosesAtEnd { get; init; }

    /// <summary>The camera's clock minus this machine's; null sends no sender reports.</summary>
    public TimeSpan? CameraClock { get; init; }

    /// <summary>A camera that plays one stream in a loop for ever.</summary>
    public static RtspScript Endless(Elementary stream, int rate = Clip.Rate) => new() { Describe = _ => stream, Play = _ => Timed(Forever(stream), stream.IsHevc, rate) };

    /// <summary>Pictures at a steady rate.</summary>
    /// <param name="pictures">NAL units of each.</param>
    /// <param name="hevc">Their codec.</param>
    /// <param name="rate">Pictures a second.</param>
    /// <param name="from">Number of the first one, where they continue others.</param>
    public static IEnumerable<TimedPicture> Timed(IEnumerable<byte[][]> pictures, bool hevc, int rate = Clip.Rate, int from = 0)
    {
        var number = from;
        foreach (var nals in pictures)
        {
            yield return new TimedPicture(nals, hevc, TimeSpan.FromSeconds(number / (double)rate), (uint)((long)number * Clock / rate));
            number++;
        }
    }

    public static IEnumerable<byte[][]> Forever(Elementary stream)
    {
        while (true)
        {
            foreach (var picture in stream.Pictures) { yield return picture; }
        }
    }
}
