namespace EdgePose.Settings.Documents;

/// <summary>A key with the keys below it: single values in the order in which they were declared, then the mappings.</summary>
internal sealed class KeyTree(ConfigKey key)
{
    private readonly List<KeyTree> _children = [];

    public ConfigKey Key => key;

    // A mapping may have to be read first, because values refer to its names; a reader wants the simple keys first.
    public IReadOnlyList<KeyTree> Children => [.. _children.OrderBy(c => key.Path.Length > 0 && c.Key.Kind == KeyKind.Map)];

    /// <summary>The child whose name the user chooses; null when there is none.</summary>
    public KeyTree? Named => _children.Find(c => c.Key.Name == ConfigKey.Named);

    /// <summary>The tree of a list of paths in which every mapping precedes its keys.</summary>
    public static KeyTree Of(IReadOnlyList<ConfigKey> keys)
    {
        var root = new KeyTree(new ConfigKey("", KeyKind.Map, Doc.None));
        var byPath = new Dictionary<string, KeyTree>(StringComparer.Ordinal) { [""] = root };
        foreach (var key in keys)
        {
            var node = new KeyTree(key);
            byPath.Add(key.Path, node);
            byPath[key.Path[..Math.Max(0, key.Path.LastIndexOf('.'))]]._children.Add(node);
        }
        return root;
    }
}
