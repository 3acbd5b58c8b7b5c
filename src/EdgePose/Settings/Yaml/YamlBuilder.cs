using EdgePose.Settings.Problems;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using Mark = EdgePose.Settings.Problems.Mark;
using YamlMark = YamlDotNet.Core.Mark;

namespace EdgePose.Settings.Yaml;

/// <summary>
/// Turns the event stream of YamlDotNet into <see cref="YamlNode"/>s. Refuses what a configuration does not need and what attackers do:
/// anchors and aliases, tags, several documents, deep nesting, floods of nodes. No type of the program is ever instantiated from a text.
/// </summary>
internal sealed class YamlBuilder(IParser parser, string file, Func<int, bool> isDamaged)
{
    private const int MaxDepth = 16;
    private const int MaxNodes = 20_000;
    private readonly Stack<int> _flowLines = [];
    private readonly ProblemList _problems = new();
    private bool _stopped;
    private int _nodes;

    /// <summary>The syntax error that ended the reading, if one did.</summary>
    public YamlFailure? Failure { get; private set; }

    public IReadOnlyList<ConfigProblem> Problems => _problems.ToSorted([]);

    private ParsingEvent? Current => parser.Current;

    public YamlNode? Read()
    {
        YamlNode? root = null;
        while (Advance() && !_stopped)
        {
            switch (Current)
            {
                case DocumentStart start when root is not null:
                    _problems.Error(At(start.Start), "", "a second YAML document (---); one file holds one configuration");
                    return root;
                case StreamStart or StreamEnd or DocumentStart or DocumentEnd:
                    break;
                default:
                    root = ReadNode(0);
                    break;
            }
        }
        return root;
    }

    private bool Advance()
    {
        if (_stopped || Failure is not null) { return false; }
        try
        {
            return parser.MoveNext();
        }
        catch (YamlException e)
        {
            Fail(e.Start, e.Message);
        }
        catch (ArgumentException)
        {
            Fail(Current?.End ?? YamlMark.Empty, "");
        }
        catch (InvalidOperationException)
        {
            Fail(Current?.End ?? YamlMark.Empty, "");
        }
        return false;
    }

    private void Fail(YamlMark mark, string message) => Failure = new YamlFailure(
        Math.Max(1, (int)mark.Line), Math.Max(1, (int)mark.Column), _flowLines.Count > 0 ? _flowLines.Last() : 0, Explain(message));

    // The parser's own texts speak of tokens; and only texts of our own are sure to hold nothing of the file.
    private static string Explain(string message) => message switch
    {
        _ when message.Contains("quoted scalar", StringComparison.OrdinalIgnoreCase) => "the quotes are not closed, or hold an unknown escape",
        _ when message.Contains("flow sequence", StringComparison.OrdinalIgnoreCase) => "expected ',' or ']' in a list",
        _ when message.Contains("flow mapping", StringComparison.OrdinalIgnoreCase) => "expected ',' or '}' in a mapping",
        _ when message.Contains("directive", StringComparison.OrdinalIgnoreCase) || message.Contains("incompatible", StringComparison.OrdinalIgnoreCase) =>
            "lines that begin with % are not supported; take the line out",
        _ when message.Contains("apping values", StringComparison.OrdinalIgnoreCase) || message.Contains("invalid mapping", StringComparison.OrdinalIgnoreCase) =>
            "a \"key:\" is not possible here; check the indentation, or quote the value",
        _ when message.Contains("cannot start any token", StringComparison.OrdinalIgnoreCase) =>
            "a value cannot begin with this character; quote it",
        _ when message.Contains("expected ':'", StringComparison.OrdinalIgnoreCase) => "expected \"key: value\"",
        _ when message.Contains("block mapping", StringComparison.OrdinalIgnoreCase) => "expected a key at this indentation",
        _ when message.Contains("block collection", StringComparison.OrdinalIgnoreCase) => "expected a list item at this indentation",
        _ when message.Contains("lock sequence", StringComparison.OrdinalIgnoreCase) => "a list is not possible here; check the indentation",
        _ => "not valid YAML",
    };

    private YamlNode ReadNode(int depth)
    {
        var mark = At(Current!.Start);
        if (++_nodes > MaxNodes) { return Stop(mark, $"more than {MaxNodes} values; the file is refused"); }
        if (depth > MaxDepth) { return Stop(mark, $"nested deeper than {MaxDepth} levels; the file is refused"); }
        if (Current is AnchorAlias)
        {
            _problems.Error(mark, "", "aliases (*name) are not supported; write the value out");
            return new YamlNode { Kind = YamlKind.Null, Mark = mark, Damaged = true };
        }
        if (Current is NodeEvent { Anchor.IsEmpty: false })
        {
            _problems.Error(mark, "", "anchors (&name) are not supported; write the value out");
        }
        if (Current is NodeEvent { Tag.IsEmpty: false } tagged && !tagged.Tag.IsNonSpecific)
        {
            _problems.Error(mark, "", "tags (!name) are not supported");
        }
        switch (Current)
        {
            case Scalar scalar:
                return ReadScalar(scalar, mark);
            case MappingStart start:
                return InFlow(start.Style == MappingStyle.Flow, mark, () => ReadMap(mark, depth));
            case SequenceStart start:
                return InFlow(start.Style == SequenceStyle.Flow, mark, () => ReadList(mark, depth));
            default:
                return new YamlNode { Kind = YamlKind.Null, Mark = mark, Damaged = true };
        }
    }

    private YamlNode InFlow(bool flow, Mark mark, Func<YamlNode> read)
    {
        if (flow) { _flowLines.Push(mark.Line); }
        var node = read();
        if (flow && Failure is null) { _flowLines.Pop(); }
        return node;
    }

    private YamlNode ReadScalar(Scalar scalar, Mark mark)
    {
        var quoted = scalar.Style != ScalarStyle.Plain;
        if (!quoted && scalar.Value is "" or "~" or "null")
        {
            return new YamlNode { Kind = YamlKind.Null, Mark = mark, Damaged = isDamaged(mark.Line) };
        }
        return YamlNode.Scalar(YamlText.Restore(scalar.Value), mark, quoted);
    }

    private YamlNode ReadMap(Mark mark, int depth)
    {
        var map = YamlNode.Map(mark);
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        while (Advance() && Current is not MappingEnd)
        {
            var keyMark = At(Current!.Start);
            var keyNode = ReadNode(depth + 1);
            if (!Advance() || Current is MappingEnd) { break; }
            var value = ReadNode(depth + 1);
            if (keyNode.Kind != YamlKind.Scalar)
            {
                if (!keyNode.Damaged) { _problems.Error(keyMark, "", "a key must be plain text"); }
            }
            else if (!seen.TryAdd(keyNode.Text, keyMark.Line))
            {
                _problems.Error(keyMark, "", $"duplicate key {Show.Value(keyNode.Text)}, already given in line {seen[keyNode.Text]}");
            }
            else
            {
                map.Entries.Add(new YamlEntry(keyNode.Text, keyMark, value));
            }
        }
        return map;
    }

    private YamlNode ReadList(Mark mark, int depth)
    {
        var list = new YamlNode { Kind = YamlKind.List, Mark = mark };
        while (Advance() && Current is not SequenceEnd) { list.Items.Add(ReadNode(depth + 1)); }
        return list;
    }

    private YamlNode Stop(Mark mark, string problem)
    {
        _problems.Error(mark, "", problem);
        _stopped = true;
        return new YamlNode { Kind = YamlKind.Null, Mark = mark, Damaged = true };
    }

    private Mark At(YamlMark mark) => new(file, (int)mark.Line, (int)mark.Column);
}
