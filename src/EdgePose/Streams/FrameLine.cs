using System.Buffers.Text;

namespace EdgePose.Streams;

/// <summary>
/// The line that ffmpeg's showinfo filter prints for each frame, read as bytes because it comes as often as the frames do:
/// <c>[Parsed_showinfo_3 @ 0x5562] [info] n:   7 pts:  42000 pts_time:0.466667 ...</c>
/// </summary>
internal static class FrameLine
{
    private static ReadOnlySpan<byte> Head => "[Parsed_showinfo_"u8;
    private static ReadOnlySpan<byte> Number => "] n:"u8;
    private static ReadOnlySpan<byte> Time => " pts_time:"u8;

    /// <summary>True for any line of the filter, also for those that are about no frame.</summary>
    public static bool IsFromFilter(ReadOnlySpan<byte> line) => line.StartsWith(Head);

    /// <summary>True for the line of a frame.</summary>
    /// <param name="line">A line of which <see cref="IsFromFilter"/> holds.</param>
    /// <param name="seconds">Its presentation time; NaN when it has none.</param>
    public static bool TryRead(ReadOnlySpan<byte> line, out double seconds)
    {
        seconds = double.NaN;
        if (line.IndexOf(Number) < 0) { return false; }
        var at = line.IndexOf(Time);
        if (at >= 0 && Utf8Parser.TryParse(line[(at + Time.Length)..], out double value, out _) && double.IsFinite(value)) { seconds = value; }
        return true;
    }
}
