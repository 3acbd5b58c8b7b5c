using System.Numerics;
using EdgePose.Settings.Problems;
using EdgePose.Settings.Yaml;

namespace EdgePose.Settings;

// Notations of zones, rules and recordings.
internal sealed partial class Section
{
    /// <summary>One of <paramref name="words"/>, without a default; null when absent or wrong, which is reported.</summary>
    public string? Word(string key, IReadOnlyList<string> words, Doc? doc = null)
    {
        var node = Take(new ConfigKey(key, KeyKind.Choice, (doc ?? Doc.None) with { Default = "required" }) { Choices = words });
        if (node is null)
        {
            if (!Contains(key)) { Missing($"{key} is missing: one of {string.Join(", ", words)}"); }
            return null;
        }
        if (node.Kind == YamlKind.Scalar && words.Contains(node.Text)) { return node.Text; }
        return Wrong<string?>(key, node, "one of " + string.Join(", ", words), null, Suggest.Nearest(node.Text, words));
    }

    /// <summary>The name of something that the file defines elsewhere.</summary>
    /// <param name="key">Name of the key.</param>
    /// <param name="what">What is referred to, such as "zone".</param>
    /// <param name="names">The names that exist.</param>
    /// <param name="doc">What the manual says.</param>
    public string Reference(string key, string what, IReadOnlyList<string> names, Doc? doc = null)
    {
        var name = Text(key, "", doc: doc);
        if (name.Length == 0 || names.Contains(name)) { return name; }
        Error(key, $"there is no {what} {Show.Value(name)} in this stream", Suggest.Nearest(name, names));
        return "";
    }

    /// <summary>A time of day as <c>22:00</c>; <c>24:00</c> is midnight.</summary>
    public TimeSpan TimeOfDay(string key, string fallback, Doc? doc = null)
    {
        var text = Text(key, KeyKind.TimeOfDay, fallback, static t => Scalars.TryTimeOfDay(t, out _) ? null : "a time of day such as 22:00", doc ?? Doc.None);
        return Scalars.TryTimeOfDay(text, out var time) ? time : default;
    }

    /// <summary>A number of bytes with its unit.</summary>
    public long Size(string key, string fallback, long min, long max, Doc? doc = null)
    {
        Scalars.TrySize(fallback, out var bytes);
        var text = Text(key, KeyKind.Size, fallback, t => Scalars.TrySize(t, out var b) && b >= min && b <= max
            ? null : $"a size {Scalars.Size(min)}–{Scalars.Size(max)} with its unit (KiB, MiB, GiB)", doc ?? Doc.None, $"{Scalars.Size(min)}-{Scalars.Size(max)}");
        return Scalars.TrySize(text, out var given) ? given : bytes;
    }

    /// <summary>A direction as <c>[x, y]</c>.</summary>
    public Vector2 Direction(string key, Vector2 fallback, Doc? doc = null)
    {
        var shown = $"[{Scalars.Invariant(fallback.X)}, {Scalars.Invariant(fallback.Y)}]";
        var node = Take(new ConfigKey(key, KeyKind.Direction, doc ?? Doc.None) { Value = shown });
        if (node is null) { return fallback; }
        return Point(node, -1000, 1000) is { } v && v != Vector2.Zero ? v : Wrong(key, node, "a direction [x, y] that is not zero", fallback);
    }

    /// <summary>The points of a shape that the user names: <c>[[x, y], …]</c>, normalised. Empty when wrong, which is reported.</summary>
    /// <param name="entry">One of <see cref="Names"/>.</param>
    /// <param name="least">Smallest number of points.</param>
    /// <param name="most">Largest number of points.</param>
    /// <param name="doc">What the manual says about each of them.</param>
    public IReadOnlyList<Vector2> Points(YamlEntry entry, int least, int most, Doc? doc = null)
    {
        Record(new ConfigKey(ConfigKey.Named, KeyKind.Points, doc ?? Doc.None) { Sample = entry.Key, Min = least, Max = most });
        var points = entry.Value.Items.Select(item => Point(item, 0, 1)).OfType<Vector2>().ToList();
        if (entry.Value.Kind == YamlKind.List && points.Count == entry.Value.Items.Count && points.Count >= least && points.Count <= most) { return points; }
        var expected = least == most ? $"{least} points" : $"{least}–{most} points";
        var isLength = entry.Value.Kind == YamlKind.List && (entry.Value.Items.Count < least || entry.Value.Items.Count > most);
        Problems.Error(entry.Value.Mark, PathOf(entry.Key), $"expected {expected} [[x, y], …] with x and y from 0 (left, top) to 1 (right, bottom)"
            + (isLength ? $", got {LengthOf(entry.Value)}" : ""));
        return [];
    }

    private static Vector2? Point(YamlNode node, double min, double max)
    {
        if (node is not { Kind: YamlKind.List, Items: [{ Kind: YamlKind.Scalar } a, { Kind: YamlKind.Scalar } b] }) { return null; }
        if (!Scalars.TryNumber(a.Text, out var x) || !Scalars.TryNumber(b.Text, out var y)) { return null; }
        return x >= min && x <= max && y >= min && y <= max ? new Vector2((float)x, (float)y) : null;
    }
}
