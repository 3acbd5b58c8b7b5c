using System.Globalization;
using EdgePose.Domain;

namespace EdgePose.Workshop.Evaluation;

/// <summary>Reads one binary PPM picture with 8-bit samples, as djpeg and ffmpeg write it.</summary>
internal static class PpmReader
{
    private const int MaxHeader = 64;
    private const int MaxSide = 16384;

    /// <summary>The picture, or null with what is wrong. Nothing large is allocated before its size was found sensible.</summary>
    /// <param name="input">Read to the end of the picture and closed.</param>
    /// <param name="expected">Width and height that it must have; null = any.</param>
    public static (Frame? Frame, string Wrong) Read(Stream input, (int Width, int Height)? expected)
    {
        using var buffered = new BufferedStream(input, 1 << 16);
        if (ReadHeader(buffered) is not { } size) { return (null, "it is no picture that ffmpeg can decode"); }
        if (expected is { } e && size != e) { return (null, $"the picture is {size.Width}x{size.Height}, its annotation says {e.Width}x{e.Height}"); }
        var frame = new Frame(size.Width, size.Height);
        return buffered.ReadAtLeast(frame.Pixels, frame.Pixels.Length, throwOnEndOfStream: false) < frame.Pixels.Length ? (null, "the picture is cut off") : (frame, "");
    }

    // "P6", width, height and 255, separated by white space.
    private static (int Width, int Height)? ReadHeader(Stream stream)
    {
        var (fields, word) = (new List<string>(4), "");
        for (var i = 0; i < MaxHeader && fields.Count < 4; i++)
        {
            var next = stream.ReadByte();
            if (next < 0) { return null; }
            if (!char.IsWhiteSpace((char)next)) { word += (char)next; continue; }
            if (word.Length > 0) { fields.Add(word); }
            word = "";
        }
        return fields is ["P6", var w, var h, "255"] && Side(w) is { } width && Side(h) is { } height ? (width, height) : null;
    }

    private static int? Side(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var side) && side is > 0 and <= MaxSide ? side : null;
}
