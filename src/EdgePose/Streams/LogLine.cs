using System.Text;
using System.Text.RegularExpressions;

namespace EdgePose.Streams;

internal enum LogLevelOfFfmpeg { Error, Warning, Info, Detail }

/// <summary>One line of ffmpeg's log as written with <c>-v level+...</c>: <c>[context @ 0x1] [level] text</c>.</summary>
/// <param name="Context">Codec, protocol or filter that speaks; empty for ffmpeg itself.</param>
internal readonly partial record struct LogLine(string Context, LogLevelOfFfmpeg Level, string Text)
{
    public override string ToString() => Context.Length == 0 ? Text : Context + ": " + Text;

    /// <summary>Splits a clean line; null when it carries no level (a continuation, or the dynamic loader speaking).</summary>
    public static LogLine? Parse(string line)
    {
        var match = Layout().Match(line);
        if (!match.Success) { return null; }
        var level = match.Groups[2].ValueSpan switch
        {
            "panic" or "fatal" or "error" => LogLevelOfFfmpeg.Error,
            "warning" => LogLevelOfFfmpeg.Warning,
            "info" => LogLevelOfFfmpeg.Info,
            _ => LogLevelOfFfmpeg.Detail,
        };
        return new LogLine(match.Groups[1].Value, level, match.Groups[3].Value.Trim());
    }

    /// <summary>Removes ANSI sequences and control characters, so that a camera cannot write to the operator's terminal.</summary>
    public static string Clean(string line)
    {
        if (line.AsSpan().IndexOfAnyInRange('\0', '\x1f') < 0 && line.AsSpan().IndexOfAnyInRange('\x7f', '\x9f') < 0) { return line.TrimEnd(); }
        var clean = new StringBuilder(line.Length);
        foreach (var c in AnsiSequence().Replace(line, ""))
        {
            if (c == '\t') { clean.Append(' '); }
            else if (!char.IsControl(c)) { clean.Append(c); }
        }
        return clean.ToString().TrimEnd();
    }

    [GeneratedRegex(@"^(?:\[([^\]@]+) @ 0x[0-9a-f]+\] ?)*\[(panic|fatal|error|warning|info|verbose|debug|trace)\] ?(.*)$")]
    private static partial Regex Layout();

    [GeneratedRegex(@"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|[@-Z\\-_])")]
    private static partial Regex AnsiSequence();
}
