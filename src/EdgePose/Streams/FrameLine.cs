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
    private static ReadOnlySpan<byte> Ticks => " pts:"u8;
    private static ReadOnlySpan<byte> Time => " pts_time:"u8;
    private static ReadOnlySpan<byte> TimeBase => " time_base:"u8;
    private static ReadOnlySpan<byte> Decoded => "decoder -> pts:"u8;
    private static ReadOnlySpan<byte> Packet => "demuxer -> "u8;
    private static ReadOnlySpan<byte> Video => " type:video "u8;

    /// <summary>True for any line of the filter, also for those that are about no frame. Newer ffmpegs write from several threads: it may follow another line.</summary>
    public static bool IsFromFilter(ReadOnlySpan<byte> line) => line.IndexOf(Head) >= 0;

    /// <summary>True for a line of <c>-debug_ts</c>: a packet or a picture at one of the stations of its way.</summary>
    public static bool IsTrace(ReadOnlySpan<byte> line) => line.IndexOf("pts_time:"u8) >= 0;

    /// <summary>True for the trace of a packet of video that has just been read.</summary>
    public static bool IsPacket(ReadOnlySpan<byte> line) => line.IndexOf(Packet) >= 0 && line.IndexOf(Video) >= 0;

    /// <summary>True for the line of a frame.</summary>
    /// <param name="line">A line of which <see cref="IsFromFilter"/> holds.</param>
    /// <param name="tick">Seconds of one tick of the filter's time base; 0 when unknown.</param>
    /// <param name="seconds">Its presentation time; NaN when it has none.</param>
    public static bool TryRead(ReadOnlySpan<byte> line, double tick, out double seconds)
    {
        seconds = double.NaN;
        if (line.IndexOf(Number) < 0) { return false; }
        // The time in seconds has six digits only, which is a tenth of a second after three hours.
        if (tick > 0 && TryTicks(line, Ticks, out var ticks)) { seconds = ticks * tick; }
        else if (tick <= 0) { seconds = Number64(line, Time); }
        return true;
    }

    /// <summary>True for the line of a picture that the decoder has delivered.</summary>
    /// <param name="line">A line of <c>-debug_ts</c>.</param>
    /// <param name="seconds">Its presentation time; NaN when it has none.</param>
    public static bool TryReadDecoded(ReadOnlySpan<byte> line, out double seconds)
    {
        seconds = double.NaN;
        if (line.IndexOf(Decoded) < 0) { return false; }
        if (TryTicks(line, Decoded, out var ticks) && TryTick(line, out var tick)) { seconds = ticks * tick; }
        return true;
    }

    /// <summary>Reads the time base of the filter, which it prints before its first frame: <c>config in time_base: 1/90000, ...</c></summary>
    public static bool TryTick(ReadOnlySpan<byte> line, out double tick)
    {
        tick = 0;
        var at = line.IndexOf(TimeBase);
        if (at < 0) { return false; }
        var rest = line[(at + TimeBase.Length)..].TrimStart((byte)' ');
        if (!Utf8Parser.TryParse(rest, out int numerator, out var used) || used >= rest.Length || rest[used] != '/') { return false; }
        if (!Utf8Parser.TryParse(rest[(used + 1)..], out int denominator, out _) || numerator <= 0 || denominator <= 0) { return false; }
        tick = numerator / (double)denominator;
        return true;
    }

    private static bool TryTicks(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, out long ticks)
    {
        ticks = 0;
        var at = line.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(line[(at + name.Length)..].TrimStart((byte)' '), out ticks, out _);
    }

    private static double Number64(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name)
    {
        var at = line.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(line[(at + name.Length)..], out double value, out _) && double.IsFinite(value) ? value : double.NaN;
    }
}
