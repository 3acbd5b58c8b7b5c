using System.Text.RegularExpressions;

namespace EdgePose.Streams;

/// <summary>
/// Guesses the address of a camera's small stream from that of its large one, by the patterns that makers use in their manuals. A guess is worth
/// one question to the camera, not more.
/// </summary>
internal static partial class SubStream
{
    /// <summary>The address, or null when no pattern fits.</summary>
    public static string? Guess(string url)
    {
        var host = url.IndexOf("://", StringComparison.Ordinal) + 3;
        var at = url.IndexOf('/', host < 3 ? 0 : host);
        if (host < 3 || at < 0) { return null; }
        var path = url[at..];
        foreach (var (pattern, replacement) in Patterns)
        {
            if (pattern.IsMatch(path)) { return string.Concat(url.AsSpan(0, at), pattern.Replace(path, replacement, 1)); }
        }
        return null;
    }

    private static readonly (Regex Pattern, string Replacement)[] Patterns =
    [
        (Hikvision(), "${before}2"),
        (Dahua(), "${before}1"),
        (MainWord(), "${before}sub"),
        (MainCapital(), "${before}Sub"),
        (NumberOne(), "${before}2"),
        (ChannelZero(), "${before}1${after}"),
        (Eleven(), "${before}12"),
    ];

    // .../Streaming/Channels/101: channel 1, stream 1
    [GeneratedRegex(@"(?<before>/Streaming/Channels/\d{1,2}0)1\b", RegexOptions.IgnoreCase)]
    private static partial Regex Hikvision();

    // .../cam/realmonitor?channel=1&subtype=0
    [GeneratedRegex(@"(?<before>[?&]subtype=)0\b", RegexOptions.IgnoreCase)]
    private static partial Regex Dahua();

    // .../h264Preview_01_main, .../live/main
    [GeneratedRegex(@"(?<before>[/_])main\b", RegexOptions.None)]
    private static partial Regex MainWord();

    // .../videoMain
    [GeneratedRegex(@"(?<before>/[a-z]+)Main\b", RegexOptions.None)]
    private static partial Regex MainCapital();

    // .../stream1, .../media/video1, .../profile1
    [GeneratedRegex(@"(?<before>/(?:stream|video|profile|av_stream/ch|live/ch)_?)1\b", RegexOptions.IgnoreCase)]
    private static partial Regex NumberOne();

    // .../live/ch00_0, .../ch0_0.h264
    [GeneratedRegex(@"(?<before>/ch\d{1,2}_)0(?<after>\b)", RegexOptions.IgnoreCase)]
    private static partial Regex ChannelZero();

    // /11
    [GeneratedRegex(@"(?<before>^/)11$", RegexOptions.IgnoreCase)]
    private static partial Regex Eleven();
}
