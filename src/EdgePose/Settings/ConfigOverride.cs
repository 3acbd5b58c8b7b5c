using System.Text;
using EdgePose.Settings.Problems;
using EdgePose.Settings.Yaml;

namespace EdgePose.Settings;

/// <summary>Applies <c>--set streams.front.fps=5</c> to the tree, so that overrides meet the same checks as the file.</summary>
internal static class ConfigOverride
{
    private static readonly Mark Place = new("--set", 0, 0);

    /// <param name="root">Tree to change.</param>
    /// <param name="text"><c>dotted.key=value</c>; the value is plain text, or a YAML list or mapping in [ ] or { }.</param>
    /// <param name="problems">Receives what is wrong with the form; wrong keys and values are found by the section readers.</param>
    public static void Apply(YamlNode root, string text, ProblemList problems)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        // Names of provider options hold dots themselves.
        var levels = text.StartsWith("inference.provider_options.", StringComparison.Ordinal) ? 4 : 16;
        var path = equals > 0 ? text[..equals].Split('.', levels) : [];
        if (path.Length == 0 || path.Any(p => p.Length == 0))
        {
            problems.Error(Place, "", "expected --set key=value, with the key as in the file: streams.front.fps=5");
            return;
        }
        if (Value(text[(equals + 1)..], problems) is { } value) { Put(root, path, value); }
    }

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

    private static void Put(YamlNode map, ReadOnlySpan<string> path, YamlNode value)
    {
        while (path.Length > 1)
        {
            var index = IndexOf(map, path[0]);
            var child = index < 0 ? null : map.Entries[index].Value;
            if (child is not { Kind: YamlKind.Map })
            {
                var replaced = YamlNode.Map(Place);
                // A stream that was given as its URL alone keeps the URL.
                if (child is { Kind: YamlKind.Scalar }) { replaced.Entries.Add(new YamlEntry("url", child.Mark, child)); }
                Set(map, index, path[0], replaced);
                child = replaced;
            }
            map = child;
            path = path[1..];
        }
        Set(map, IndexOf(map, path[0]), path[0], value);
    }

    private static int IndexOf(YamlNode map, string key) => map.Entries.FindIndex(e => e.Key == key);

    private static void Set(YamlNode map, int index, string key, YamlNode value)
    {
        var entry = new YamlEntry(key, Place, value);
        if (index < 0) { map.Entries.Add(entry); }
        else { map.Entries[index] = entry; }
    }
}
