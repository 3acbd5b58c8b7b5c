using System.Globalization;
using System.Text;

namespace EdgePose.Streams;

/// <summary>The options that open a source, and the script on standard input that names a network source with its password.</summary>
/// <param name="Source">The source.</param>
/// <param name="Generation">What the ffmpeg can do.</param>
/// <param name="WallClock">The source has no time stamps: the arrival counts.</param>
/// <param name="Patience">How long ffprobe may look for a key picture; zero = as long as it does by itself.</param>
internal readonly record struct FfmpegInput(SourceSettings Source, FfmpegGeneration Generation, bool WallClock, TimeSpan Patience = default)
{
    /// <summary>Two minutes at 6 Mbit/s.</summary>
    private const int MaxProbeBytes = 100_000_000;

    // Later than our own watchdog: this limit only frees an ffmpeg whose parent is gone.
    private string Timeout => ((long)(Source.StallAfter + TimeSpan.FromSeconds(2)).TotalMicroseconds).ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// A playlist is named by a playlist of our own: the script would hide from ffmpeg that the times of such a source may jump. Only the script can ask for
    /// the check of a certificate.
    /// </summary>
    private bool IsPlaylist => Source.Kind == SourceKind.Http && SourceUrl.IsPlaylist(Source.Url) && !Source.VerifyTls && !Source.ViaScript;

    public IEnumerable<string> Arguments()
    {
        switch (Source.Kind)
        {
            case SourceKind.V4l2: return ["-f", "v4l2", "-i", Source.Url];
            // The prefix keeps a name such as "concat:x" a name.
            case SourceKind.File: return ["-protocol_whitelist", "file,crypto,data", "-i", "file:" + Path.GetFullPath(Source.Url)];
            case SourceKind.Http when Source.Delivery != HttpDelivery.Direct: return ["-f", "mjpeg", "-use_wallclock_as_timestamps", "1", "-protocol_whitelist", "pipe", "-i", "pipe:0"];
            case SourceKind.Rtsp:
            case SourceKind.Http:
                string[] clock = WallClock && !Generation.HasScriptOptions ? ["-use_wallclock_as_timestamps", "1"] : [];
                string[] form = IsPlaylist ? ["-f", "hls", "-rw_timeout", Timeout] : ["-f", "concat", "-safe", "0"];
                return [.. clock, .. form, "-protocol_whitelist", Protocols(Source.Url), "-i", "pipe:0"];
            default: throw new ArgumentOutOfRangeException(nameof(Source), Source.Kind, null);
        }
    }

    /// <summary>A secret when there is a password.</summary>
    public string Script()
    {
        if (Source.Kind is not (SourceKind.Rtsp or SourceKind.Http) || Source.Delivery != HttpDelivery.Direct) { return ""; }
        if (SourceUrl.Problem(Source.Url) is { } problem) { throw new ArgumentException($"the address {problem}", nameof(Source)); }
        var url = SourceUrl.WithCredentials(Source.Url, Source.User, Source.Password?.Reveal());
        if (IsPlaylist) { return $"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{url}\n"; }
        if (!Generation.HasScriptOptions) { return $"ffconcat version 1.0\nfile '{WithTransport(url)}'\n"; }
        var script = new StringBuilder("ffconcat version 1.0\n").Append("file '").Append(url).Append("'\n");
        if (Source.Kind == SourceKind.Rtsp)
        {
            script.Append("option rtsp_transport ").Append(Transport).Append('\n');
            // Do not read 20 frames to estimate a rate that nobody needs: 0.6 s instead of 2.0 s to the first frame at 15 fps (measured).
            script.Append("option fpsprobesize 0\n");
        }
        if (Patience > TimeSpan.Zero)
        {
            script.Append(CultureInfo.InvariantCulture, $"option analyzeduration {(long)Patience.TotalMicroseconds}\noption probesize {MaxProbeBytes}\n");
        }
        script.Append("option timeout ").Append(Timeout).Append('\n');
        if (Source.VerifyTls && Source.Kind == SourceKind.Http) { script.Append("option tls_verify 1\n"); }
        if (WallClock) { script.Append("option use_wallclock_as_timestamps 1\n"); }
        return script.ToString();
    }

    private string Transport => Source.Transport == SourceTransport.Udp ? "udp" : "tcp";

    /// <summary>ffmpeg's RTSP client takes its own options out of the query again.</summary>
    private string WithTransport(string url) =>
        Source.Kind != SourceKind.Rtsp ? url : url + (url.Contains('?', StringComparison.Ordinal) ? '&' : '?') + Transport;

    private static string Protocols(string url) => url[..url.IndexOf(':', StringComparison.Ordinal)].ToUpperInvariant() switch
    {
        "RTSP" => "pipe,rtsp,tcp,rtp,udp",
        "RTSPS" => "pipe,rtsp,tls,tcp,rtp,udp",
        "HTTP" => "pipe,http,tcp,crypto,data",
        "HTTPS" => "pipe,https,http,tls,tcp,crypto,data",
        var other => throw new ArgumentException($"no protocols known for '{other}'", nameof(url)),
    };
}
