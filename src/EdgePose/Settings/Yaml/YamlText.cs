using System.Text;
using System.Text.RegularExpressions;
using EdgePose.Settings.Problems;

namespace EdgePose.Settings.Yaml;

/// <summary>
/// Bytes to lines that the YAML parser can be trusted with. What YAML forbids is reported here with its place, and replaced,
/// so that the same run still finds the other errors.
/// </summary>
internal static partial class YamlText
{
    public const int MaxBytes = 1 << 20;
    private const int MaxControlProblems = 20;

    // ${credential:x} holds flow indicators, which YAML does not allow unquoted inside { }. Two private-use characters of the same
    // width stand in for the braces while the parser runs, so that columns stay true.
    public const char OpenBrace = '\uE000';
    public const char CloseBrace = '\uE001';

    /// <summary>The lines of the file, or null when it is no YAML text at all.</summary>
    public static string[]? Decode(ReadOnlySpan<byte> bytes, string file, ProblemList problems)
    {
        var whole = new Mark(file, 0, 0);
        if (bytes.Length > MaxBytes)
        {
            problems.Error(whole, "", "the file is larger than 1 MiB; is it really a configuration?");
            return null;
        }
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            problems.Error(whole, "", "the file is UTF-16; save it as UTF-8");
            return null;
        }
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) { bytes = bytes[3..]; }
        var text = Encoding.UTF8.GetString(bytes);
        var lines = LineBreak().Split(text);
        if (!Encoding.UTF8.GetBytes(text).AsSpan().SequenceEqual(bytes)) { ReportBadUtf8(lines, file, problems); }
        return Clean(lines, file, problems) ? lines : null;
    }

    /// <summary>Puts the braces of <c>${…}</c> back.</summary>
    public static string Restore(string text) =>
        text.Contains(OpenBrace, StringComparison.Ordinal) ? text.Replace(OpenBrace, '{').Replace(CloseBrace, '}') : text;

    private static void ReportBadUtf8(string[] lines, string file, ProblemList problems)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            var column = lines[i].IndexOf('\uFFFD', StringComparison.Ordinal);
            if (column >= 0) { problems.Error(new Mark(file, i + 1, column + 1), "", "invalid UTF-8; save the file as UTF-8"); return; }
        }
    }

    private static bool Clean(string[] lines, string file, ProblemList problems)
    {
        var controls = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            for (var c = FirstForbidden(lines[i], 0); c >= 0; c = FirstForbidden(lines[i], c + 1))
            {
                if (++controls > MaxControlProblems)
                {
                    problems.Error(new Mark(file, i + 1, c + 1), "", "too many control characters: this is not a text file");
                    return false;
                }
                var code = (int)lines[i][c];
                problems.Error(new Mark(file, i + 1, c + 1), "", $"the character U+{code:X4}{Name(code)} is not allowed");
            }
            if (controls > 0) { lines[i] = Forbidden().Replace(lines[i], " "); }
            lines[i] = MendIndent(lines[i], i + 1, file, problems);
            lines[i] = Reference().Replace(lines[i], m => $"${OpenBrace}{m.Groups[1].Value}{CloseBrace}");
        }
        return true;
    }

    private static int FirstForbidden(string line, int from)
    {
        var m = Forbidden().Match(line, from);
        return m.Success ? m.Index : -1;
    }

    private static string Name(int code) => code switch { 0 => " (NUL)", 0xFEFF => " (byte-order mark)", 0x1B => " (escape)", _ => "" };

    private static string MendIndent(string line, int number, string file, ProblemList problems)
    {
        var indent = line.Length - line.TrimStart(' ', '\t').Length;
        var tab = line.AsSpan(0, indent).IndexOf('\t');
        if (tab < 0) { return line; }
        var rest = line[indent..];
        if (rest.Length == 0 || rest[0] == '#') { return ""; }
        problems.Error(new Mark(file, number, tab + 1), "", "tab in the indentation; YAML indents with spaces");
        return line[..indent].Replace("\t", "  ", StringComparison.Ordinal) + rest;
    }

    [GeneratedRegex(@"\r\n|\n|\r", RegexOptions.CultureInvariant)]
    private static partial Regex LineBreak();

    // Everything that YAML 1.2 does not call printable, its exotic line breaks, and the two stand-ins.
    [GeneratedRegex(@"[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u2028\u2029\uE000\uE001\uFEFF\uFFFE\uFFFF]",
        RegexOptions.CultureInvariant)]
    private static partial Regex Forbidden();

    [GeneratedRegex(@"\$\{((?:credential|env):[^{}\s""',\[\]]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
