using System.Text.RegularExpressions;

namespace EdgePose.Settings.Yaml;

/// <summary>A syntax error: where it is, and where the flow collection began that it lies in (0 when in none).</summary>
internal sealed record YamlFailure(int Line, int Column, int FlowLine, string Text);

/// <summary>
/// Takes lines with syntax errors out of a text, keeping their keys where that is possible, so that what hangs below them still
/// has its place in the tree.
/// </summary>
internal sealed partial class YamlRepair(string[] lines)
{
    private readonly string[] _lines = [.. lines];
    private readonly HashSet<int> _damaged = [];

    public string Text => string.Join('\n', _lines);

    public bool IsDamaged(int line) => _damaged.Contains(line);

    /// <summary>Returns false when nothing is left to take out.</summary>
    public bool Mend(YamlFailure failure)
    {
        var line = Math.Clamp(failure.Line, 1, _lines.Length);
        if (failure.FlowLine > 0 && failure.FlowLine <= line)
        {
            // An open [ or { swallows what follows: the collection goes, with the lines that are indented below it.
            var mended = TakeOut(failure.FlowLine);
            var depth = Indent(lines[failure.FlowLine - 1]);
            for (var i = failure.FlowLine + 1; i <= line && (_lines[i - 1].Trim().Length == 0 || Indent(_lines[i - 1]) > depth); i++)
            {
                mended |= Blank(i);
            }
            return mended || TakeOutBefore(line);
        }
        return TakeOut(line) || TakeOutBefore(line);
    }

    // The parser may notice an error only on a later, empty line.
    private bool TakeOutBefore(int line)
    {
        for (var i = line - 1; i >= 1; i--)
        {
            if (_lines[i - 1].Trim().Length > 0) { return TakeOut(i); }
        }
        return false;
    }

    private bool TakeOut(int line)
    {
        var key = KeyOnly().Match(_lines[line - 1]);
        if (!_damaged.Contains(line) && key.Success)
        {
            _damaged.Add(line);
            _lines[line - 1] = key.Value;
            return true;
        }
        return Blank(line);
    }

    private bool Blank(int line)
    {
        if (_lines[line - 1].Trim().Length == 0) { return false; }
        _damaged.Add(line);
        _lines[line - 1] = "";
        return true;
    }

    private static int Indent(string line) => line.Length - line.TrimStart(' ').Length;

    [GeneratedRegex(@"^ *[A-Za-z0-9_-]+ *:(?= |\z)", RegexOptions.CultureInvariant)]
    private static partial Regex KeyOnly();
}
