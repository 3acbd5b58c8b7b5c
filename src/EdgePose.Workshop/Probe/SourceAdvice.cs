using System.Globalization;
using EdgePose.Streams;

namespace EdgePose.Workshop.Probe;

/// <summary>What follows from the measurement of a source, in sentences and as the block to paste.</summary>
internal static class SourceAdvice
{
    /// <summary>Five frames a second follow a walking person well and leave a small board time for other streams.</summary>
    private const double EnoughFps = 5;
    private const double LongGroup = 5, PlausibleDelayMs = 3000, MuchJitterMs = 500;

    /// <param name="r">The measurement.</param>
    /// <param name="source">What was measured.</param>
    /// <param name="small">A smaller stream of the same camera, found by asking.</param>
    /// <param name="deviceLink">The lasting name of a USB camera.</param>
    /// <param name="password">Where the configuration finds the password.</param>
    public static SourceReport Complete(
        SourceReport r, SourceSettings source, (string Url, StreamFormat Format)? small, string? deviceLink, PasswordPlace? password = null)
    {
        var fps = Math.Clamp(Math.Round(r.FpsMeasured > 0 ? r.FpsMeasured : r.FpsAnnounced), 1, EnoughFps);
        var lossy = r.PacketsLost > 0 || r.DamagedPictures > 0;
        var transport = source.Kind != SourceKind.Rtsp ? "" : source.Transport == SourceTransport.Udp && !lossy ? "udp" : "tcp";
        var advised = r with { SuggestedFps = fps, Transport = transport, SubStream = small?.Url };
        return advised with { Advice = [.. Sentences(advised, source, small, deviceLink), .. password?.Advice ?? []], Yaml = Block(advised, source, deviceLink, password) };
    }

    private static IEnumerable<string> Sentences(SourceReport r, SourceSettings source, (string Url, StreamFormat Format)? small, string? deviceLink)
    {
        if (source.Transport == SourceTransport.Udp && r.Transport == "tcp") { yield return "packets were lost or pictures damaged over UDP; use TCP"; }
        if (r.FpsAnnounced > 0 && Math.Abs(r.FpsMeasured - r.FpsAnnounced) > 0.2 * r.FpsAnnounced)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"the source announces {r.FpsAnnounced:0.##} frames a second and sends {r.FpsMeasured:0.##}");
        }
        if (r.GopSeconds > LongGroup)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"a key picture comes only every {r.GopSeconds:0.#} s, which is how long a reconnect may take; set the camera's I-frame interval to 1-2 s");
        }
        if (r.JitterMs > MuchJitterMs) { yield return string.Create(CultureInfo.InvariantCulture, $"pictures come up to {r.JitterMs:0} ms late; check the network"); }
        if (small is { } s)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"the camera has a smaller stream, {s.Format.Codec} {s.Format.Width}x{s.Format.Height}: less to decode, and enough for the joints");
        }
        if (r.CameraLagMs is { } lag)
        {
            yield return lag is >= 0 and < PlausibleDelayMs
                ? string.Create(CultureInfo.InvariantCulture, $"a picture is about {lag:0} ms old when it is decoded, if both clocks are right; camera_time: true uses the camera's time")
                : string.Create(CultureInfo.InvariantCulture, $"the camera's clock is about {Math.Abs(lag) / 1000:0.#} s {(lag < 0 ? "ahead of" : "behind")} this machine's; set it by NTP before camera_time is used");
        }
        if (deviceLink is not null) { yield return "the block names the camera itself, so that it is found under any number"; }
    }

    /// <summary>The block to paste.</summary>
    internal static string Block(SourceReport r, SourceSettings source, string? deviceLink = null, PasswordPlace? password = null)
    {
        var lines = new List<string> { "streams:", $"  {source.Stream}:", $"    url: {Quote(deviceLink ?? source.Url)}" };
        if (r.SubStream is { } small) { lines.Add($"    substream: {Quote(small)}"); }
        if (source.User.Length > 0) { lines.Add($"    user: {Quote(source.User)}"); }
        if (source.Password is not null) { lines.Add("    " + (password?.Line ?? PasswordPlace.Credential(source.Stream))); }
        if (r.Transport == "udp") { lines.Add("    transport: udp"); }
        lines.Add(string.Create(CultureInfo.InvariantCulture, $"    fps: {r.SuggestedFps:0.##}"));
        return string.Join('\n', lines) + "\n";
    }

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
