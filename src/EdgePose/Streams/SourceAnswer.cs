using System.Globalization;
using System.Text.RegularExpressions;

namespace EdgePose.Streams;

/// <summary>What a source itself answers, of which ffmpeg passes on the least part.</summary>
/// <param name="Status">Status code of RTSP or HTTP.</param>
/// <param name="Location">Where it redirects to; empty when it does not.</param>
/// <param name="ContentType">Media type without parameters, in small letters; empty when unknown.</param>
/// <param name="Challenges">The ways in which it takes a password, in its own order.</param>
/// <param name="Codecs">Names of the codecs of video that a session description announces.</param>
internal sealed partial record SourceAnswer(int Status, string Location, string ContentType, IReadOnlyList<string> Challenges, IReadOnlyList<string> Codecs)
{
    /// <summary>What ffmpeg's RTSP client takes in every generation that is known (RFC 3551 and the payload formats).</summary>
    private static readonly string[] TakenCodecs = ["H264", "H265", "JPEG", "MP4V-ES", "MPV", "MP2T", "VP8", "VP9", "H263", "H263-1998", "H263-2000", "H261"];

    /// <summary>Reads the head of an answer, and the session description behind it.</summary>
    public static SourceAnswer? Parse(string text)
    {
        if (StatusLine().Match(text) is not { Success: true } status) { return null; }
        return new SourceAnswer(
            int.Parse(status.Groups[1].ValueSpan, CultureInfo.InvariantCulture), Field(text, "Location"), Field(text, "Content-Type").Split(';')[0].Trim().ToLowerInvariant(),
            [.. Challenge().Matches(text).Select(static m => LogLine.Clean(m.Groups[1].Value))],
            [.. VideoCodec().Matches(text).Select(static m => LogLine.Clean(m.Groups[1].Value))]);
    }

    /// <summary>A reason that says more than ffmpeg's, as it stands for a source that could not be opened; null when this answer does not explain it.</summary>
    public string? Explain() =>
        Status is >= 300 and < 400 && Location.Length > 0 ? $"the address redirects to {SourceUrl.Mask(LogLine.Clean(Location))}; write that address"
        : Status == 401 && UnknownDigest is { } algorithm ? $"the source asks for the password by Digest with {algorithm}, which ffmpeg cannot do; set its authentication to Digest with MD5, or to Basic"
        : Status == 200 && ContentType is "text/html" or "application/xhtml+xml" ? "the address gives a web page, no video; the path of the video stands in the camera's manual"
        : Status == 200 && Codecs.Count > 0 && !Codecs.Any(static c => TakenCodecs.Contains(c, StringComparer.OrdinalIgnoreCase))
            ? $"the source sends {string.Join(", ", Codecs)}, which this ffmpeg does not take from RTSP; set the camera to H.264 or H.265"
        : null;

    /// <summary>ffmpeg answers the last Digest challenge, whatever else is offered, and knows MD5 only (RFC 7616).</summary>
    private string? UnknownDigest
    {
        get
        {
            var digest = Challenges.LastOrDefault(static c => c.StartsWith("Digest ", StringComparison.OrdinalIgnoreCase));
            var algorithm = digest is null ? "" : Algorithm().Match(digest).Groups[1].Value;
            return algorithm.Length == 0 || algorithm.StartsWith("MD5", StringComparison.OrdinalIgnoreCase) ? null : algorithm;
        }
    }

    private static string Field(string text, string name) =>
        Regex.Match(text, $"^{name}:[ \t]*([^\r\n]{{1,2000}})", RegexOptions.IgnoreCase | RegexOptions.Multiline, TimeSpan.FromSeconds(1)) is { Success: true } m ? m.Groups[1].Value.Trim() : "";

    [GeneratedRegex(@"^(?:RTSP|HTTP)/\d\.\d (\d{3})\b")]
    private static partial Regex StatusLine();

    [GeneratedRegex("^WWW-Authenticate:[ \t]*([^\r\n]{1,1000})", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex Challenge();

    [GeneratedRegex("""[ ,]algorithm="?([A-Za-z0-9-]{1,40})""", RegexOptions.IgnoreCase)]
    private static partial Regex Algorithm();

    // m=video 0 RTP/AVP 96, then a=rtpmap:96 NAME/90000 before the next m=
    [GeneratedRegex(@"^m=video [^\r\n]*\r?\n(?:(?!m=)[^\r\n]*\r?\n)*?a=rtpmap:\d+ ([A-Za-z0-9.-]{1,30})/", RegexOptions.Multiline)]
    private static partial Regex VideoCodec();
}
