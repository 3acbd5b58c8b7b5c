using System.Text;

namespace EdgePose.Settings.Documents;

/// <summary>
/// Writes the annotated configuration: above every key its text, limits and default, then the key as a comment with its default or an
/// example. Loaded as it is, the file gives the defaults; with every <c>#key:</c> line made real it names every key.
/// </summary>
internal sealed class ManualWriter
{
    private const int Width = 130;
    private readonly StringBuilder _text = new();

    private ManualWriter() { }

    /// <param name="header">The opening comment, one line each, without <c>#</c>.</param>
    /// <param name="keys">Every key, in the order of the manual.</param>
    public static string Write(string header, IReadOnlyList<ConfigKey> keys)
    {
        var writer = new ManualWriter();
        foreach (var line in header.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n')) { writer.Line(0, $"# {line}".TrimEnd()); }
        writer.Keys(KeyTree.Of(keys).Children, 0, live: true);
        return writer._text.ToString();
    }

    private void Keys(IReadOnlyList<KeyTree> keys, int depth, bool live)
    {
        var first = true;
        foreach (var node in keys)
        {
            // The keys of a stream stand apart; what is nested deeper is a block to uncomment as a whole.
            if (depth == 0 || (live && !first)) { _text.Append('\n'); }
            first = false;
            One(node, depth, live);
        }
    }

    private void One(KeyTree node, int depth, bool live)
    {
        var (key, indent) = (node.Key, depth * 2);
        var name = key.Name == ConfigKey.Named ? key.Sample : key.Name;
        Comment(indent, Flow(key.Doc.Text), key.InheritsFrom.Length > 0);
        if (key.Kind == KeyKind.Map)
        {
            var open = live && (depth == 0 || key.Name == ConfigKey.Named);
            Line(indent, $"{(open ? "" : "#")}{name}:");
            Keys(node.Children, depth + 1, open);
            return;
        }
        var limits = Limits(key);
        if (limits.Length > 0) { Comment(indent, limits); }
        Line(indent, $"{(live && key.Doc.Live ? "" : "#")}{name}: {Value(key)}");
    }

    /// <summary>The range or the words, and the default: what follows from the declaration.</summary>
    internal static string Limits(ConfigKey key)
    {
        if (key.Kind is KeyKind.Map || key.Name == ConfigKey.Named) { return ""; }
        if (key.InheritsFrom.Length > 0) { return $"Default: {key.Default}"; }
        var remark = key.Doc.Remark.Length > 0 ? $" ({key.Doc.Remark})" : "";
        var limits = Range(key);
        return $"{limits}{(limits.Length > 0 ? ". " : "")}Default: {key.Default}{remark}";
    }

    internal static string Range(ConfigKey key) => key switch
    {
        { Range.Length: > 0 } => $"Range: {key.Range}{(key.Doc.Unit.Length > 0 ? " " + key.Doc.Unit : "")}",
        { Choices.Count: > 0, Kind: KeyKind.List } => "Any of: " + string.Join(", ", key.Choices),
        { Choices.Count: > 0 } => "One of: " + string.Join(", ", key.Choices),
        _ => "",
    };

    private static string Value(ConfigKey key)
    {
        var value = key.Doc.Example.Length > 0 ? key.Doc.Example : key.Value ?? "";
        // A word or text that YAML's readers take for a number.
        return key.Kind == KeyKind.Choice && Scalars.TryNumber(value, out _) ? $"\"{value}\"" : value;
    }

    /// <summary>The paragraphs of a text, each on one line.</summary>
    internal static string Flow(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Trim().Split("\n\n")
        .Select(p => string.Join(' ', p.Split((char[])['\n', ' '], StringSplitOptions.RemoveEmptyEntries))));

    private void Comment(int indent, string text, bool skip = false)
    {
        if (skip || text.Length == 0) { return; }
        foreach (var paragraph in text.Split('\n'))
        {
            var line = new StringBuilder("#");
            foreach (var word in paragraph.Split(' '))
            {
                if (line.Length > 1 && indent + line.Length + 1 + word.Length > Width)
                {
                    Line(indent, line.ToString());
                    line.Clear().Append('#');
                }
                line.Append(' ').Append(word);
            }
            Line(indent, line.ToString());
        }
    }

    private void Line(int indent, string text) => _text.Append(' ', indent).Append(text).Append('\n');
}
