using System.Globalization;
using System.Text.RegularExpressions;

namespace EdgePose.Streams;

/// <summary>
/// What an ffmpeg can do and how it words its messages, by the version of its libavformat: builds from a repository call themselves
/// <c>N-12345-gabcdef</c> or by a date, but every build names its libraries.
/// </summary>
/// <param name="Name">As it calls itself, such as <c>5.1.9-0+deb12u1</c>.</param>
/// <param name="Major">Major version of libavformat: 58 = ffmpeg 4, 59 = 5, and so on.</param>
/// <param name="Minor">Minor version of libavformat.</param>
internal sealed partial record FfmpegGeneration(string Name, int Major, int Minor)
{
    /// <summary>libavformat 58.45 came with ffmpeg 4.3.</summary>
    private static readonly (int Major, int Minor) Oldest = (58, 45);

    /// <summary>libavformat 63 came with ffmpeg 9. The messages of later ones have not been looked at.</summary>
    private const int NewestMajor = 63;

    public static readonly FfmpegGeneration Newest = new("", NewestMajor, 0);

    /// <summary><c>-fps_mode</c> (5.1); <c>-vsync</c> before.</summary>
    public bool HasFrameRateMode => IsFrom(59, 27);

    /// <summary>Options of the source in the script on standard input (5.0).</summary>
    public bool HasScriptOptions => IsFrom(59, 16);

    /// <summary>
    /// The decoder runs in a thread of its own (6.1), and the filters do (7.0), so that the message about a damaged picture may come some frames before
    /// the line of that frame.
    /// </summary>
    public bool DecodesAhead => IsFrom(60, 16);

    /// <summary>Why this ffmpeg is not used, with what is missing; null when it is one of those that are known.</summary>
    public string? Problem =>
        !IsFrom(Oldest.Major, Oldest.Minor) ? $"ffmpeg {Name} is too old: 4.3 or later is needed, because the messages of older ones are not known; install a newer one"
        : Major > NewestMajor ? $"ffmpeg {Name} is newer than those whose messages are known (4.3 to 9): damaged pictures and changes of the picture's size might go unseen; install one of these"
        : null;

    /// <summary>What works less well with this ffmpeg than with a newer one, one sentence each.</summary>
    public IEnumerable<string> Lacks()
    {
        if (!HasFrameRateMode) { yield return "no -fps_mode (5.1): -vsync passthrough is used, which does the same"; }
        if (!HasScriptOptions)
        {
            yield return "no options inside its script (5.0): an ffmpeg whose parent died waits for a silent camera for ever, and verify_tls is refused";
        }
    }

    /// <summary>Reads the output of <c>ffmpeg -version</c>; null when it is something else.</summary>
    public static FfmpegGeneration? Parse(string output)
    {
        var (name, library) = (First().Match(output), Library().Match(output));
        return name.Success && library.Success
            ? new FfmpegGeneration(name.Groups[1].Value, int.Parse(library.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(library.Groups[2].Value, CultureInfo.InvariantCulture))
            : null;
    }

    private bool IsFrom(int major, int minor) => Major > major || (Major == major && Minor >= minor);

    [GeneratedRegex(@"^ffmpeg version (\S{1,100}) ")]
    private static partial Regex First();

    // The second version is that of the library which is loaded.
    [GeneratedRegex(@"^libavformat\s+\d+\.\s*\d+\.\s*\d+\s*/\s*(\d{1,4})\.\s*(\d{1,4})\.", RegexOptions.Multiline)]
    private static partial Regex Library();
}
