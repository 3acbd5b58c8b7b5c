using System.Text;
using EdgePose.Settings.Problems;
using EdgePose.Settings.Yaml;

namespace EdgePose.Settings;

/// <summary>Applies <c>--set streams.front.fps=5</c> to the tree, so that overrides meet the same checks as the file.</summary>
internal static class ConfigOverride
{
    private static readonly Mark Place = new("--set", 0, 0);

    private const int MostLevels = 16;

    /// <summary>One step of the way to a key.</summary>
    /// <param name="Name">As it stands in the file.</param>
    /// <param name="Shorthand">The key that a plain text in this place stands for; empty = none.</param>
    private readonly record struct Level(string Name, string Shorthand);

    /// <param name="root">Tree to change.</param>
    /// <param name="text"><c>dotted.key=value</c>; the value is plain text, or a YAML list or mapping in [ ] or { }.</param>
    /// <param name="keys">Every key that the file can have.</param>
    /// <param name="problems">Receives what is wrong with the form; wrong keys and values are found by the section readers.</param>
    public static void Apply(YamlNode root, string text, IReadOnlyList<ConfigKey> keys, ProblemList problems)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var path = equals > 0 ? Levels(text[..equals], keys) : [];
        if (path.Count == 0 || path.Any(level => level.Name.Length == 0))
        {
            problems.Error(Place, "", "expected --set key=value, with the key as in the file: streams.front.fps=5");
            return;
        }
        if (Value(text[(equals + 1)..], problems) is { } value) { Put(root, path, value); }
    }

    private static List<Level> Levels(string dotted, IReadOnlyList<ConfigKey> keys)
    {
        var (levels, pattern, rest) = (new List<Level>(), "", dotted);
        while (true)
        {
            var named = keys.FirstOrDefault(k => k.Path == Below(pattern, ConfigKey.Named));
            var dot = rest.IndexOf('.', StringComparison.Ordinal);
            // A name of the user's choice that has a value, such as an option of a provider, may hold dots itself.
            var isLast = dot < 0 || named is { Kind: not KeyKind.Map } || levels.Count == MostLevels - 1;
            levels.Add(new Level(isLast ? rest : rest[..dot], named?.Shorthand ?? ""));
            if (isLast) { return levels; }
            pattern = Below(pattern, named is null ? rest[..dot] : ConfigKey.Named);
            rest = rest[(dot + 1)..];
        }
    }

    private static string Below(string pattern, string name) => pattern.Length == 0 ? name : $"{pattern}.{name}";

    private static YamlNode? Value(string text, ProblemList problems)
    {
        if (!text.StartsWith('[') && !(text.StartsWith('{') && text.EndsWith('}'))) { return YamlNode.Scalar(text, Place); }
        var own = new ProblemList();
        var tree = YamlReader.Parse(Encoding.UTF8.GetBytes("value: " + text), "--set", own);
        foreach (var p in own.ToSorted([])) { problems.Error(Place, "", p.Problem); }
        return own.HasErrors ? null : Unplaced(tree!.Find("value")!.Value);
    }

    private static YamlNode Unplaced(YamlNode node)
    {
        var copy = new YamlNode { Kind = node.Kind, Mark = Place, Text = node.Text, Quoted = node.Quoted };
        foreach (var e in node.Entries) { copy.Entries.Add(new YamlEntry(e.Key, Place, Unplaced(e.Value))); }
        foreach (var i in node.Items) { copy.Items.Add(Unplaced(i)); }
        return copy;
    }

    private static void Put(YamlNode map, IReadOnlyList<Level> path, YamlNode value)
    {
        foreach (var level in path.SkipLast(1))
        {
            var index = IndexOf(map, level.Name);
            var child = index < 0 ? null : map.Entries[index].Value;
            if (child is not { Kind: YamlKind.Map })
            {
                var replaced = YamlNode.Map(Place);
                // A stream that was given as its URL alone keeps the URL.
                if (child is { Kind: YamlKind.Scalar } && level.Shorthand.Length > 0) { replaced.Entries.Add(new YamlEntry(level.Shorthand, child.Mark, child)); }
                Set(map, index, level.Name, replaced);
                child = replaced;
            }
            map = child;
        }
        Set(map, IndexOf(map, path[^1].Name), path[^1].Name, value);
    }

    private static int IndexOf(YamlNode map, string key) => map.Entries.FindIndex(e => e.Key == key);

    private static void Set(YamlNode map, int index, string key, YamlNode value)
    {
        var entry = new YamlEntry(key, Place, value);
        if (index < 0) { map.Entries.Add(entry); }
        else { map.Entries[index] = entry; }
    }
}
