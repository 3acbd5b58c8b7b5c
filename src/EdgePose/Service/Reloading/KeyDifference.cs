using EdgePose.Settings.Yaml;

namespace EdgePose.Service.Reloading;

/// <summary>Which keys two configuration files give differently. Names keys only, never a value: it may be a password.</summary>
internal static class KeyDifference
{
    /// <param name="before">The file before; null = there was none.</param>
    /// <param name="after">The file now.</param>
    /// <returns>Dotted paths in the order of the files; a section that only one of them has is named as a whole.</returns>
    public static IReadOnlyList<string> Between(YamlNode? before, YamlNode? after)
    {
        var found = new List<string>();
        Compare(before, after, "", found);
        return found;
    }

    private static void Compare(YamlNode? a, YamlNode? b, string path, List<string> found)
    {
        if (a is { Kind: YamlKind.Map } && b is { Kind: YamlKind.Map })
        {
            var keys = a.Entries.Select(e => e.Key).Concat(b.Entries.Select(e => e.Key)).Distinct();
            foreach (var key in keys) { Compare(a.Find(key)?.Value, b.Find(key)?.Value, path.Length == 0 ? key : $"{path}.{key}", found); }
        }
        else if (!Same(a, b)) { found.Add(path); }
    }

    private static bool Same(YamlNode? a, YamlNode? b)
    {
        if (a is null || b is null) { return a is null && b is null; }
        return a.Kind == b.Kind && a.Text == b.Text && a.Items.Count == b.Items.Count && a.Items.Zip(b.Items).All(pair => Same(pair.First, pair.Second))
            && a.Entries.Count == b.Entries.Count && a.Entries.TrueForAll(e => Same(e.Value, b.Find(e.Key)?.Value));
    }
}
