using EdgePose.Settings.Problems;

namespace EdgePose.Settings.Yaml;

internal enum YamlKind { Null, Scalar, Map, List }

internal sealed record YamlEntry(string Key, Mark Mark, YamlNode Value);

/// <summary>A strict YAML tree with the place of every node: no anchors, tags, or duplicate keys get this far.</summary>
internal sealed class YamlNode
{
    public required YamlKind Kind { get; init; }
    public required Mark Mark { get; init; }

    /// <summary>Text of a scalar.</summary>
    public string Text { get; init; } = "";

    /// <summary>True for a scalar in quotes, which is text even where it looks like a number.</summary>
    public bool Quoted { get; init; }

    /// <summary>True for what is left of a line with a syntax error, which was reported already.</summary>
    public bool Damaged { get; init; }
    public List<YamlEntry> Entries { get; } = [];
    public List<YamlNode> Items { get; } = [];

    public YamlEntry? Find(string key) => Entries.Find(e => e.Key == key);

    public static YamlNode Map(Mark mark) => new() { Kind = YamlKind.Map, Mark = mark };

    public static YamlNode Scalar(string text, Mark mark, bool quoted = false) =>
        new() { Kind = YamlKind.Scalar, Text = text, Mark = mark, Quoted = quoted };
}
