using EdgePose.Domain;
using EdgePose.Settings.Yaml;

namespace EdgePose.Settings;

// One method per notation.
internal sealed partial class Section
{
    /// <param name="key">Name of the key.</param>
    /// <param name="fallback">Value when the key is absent.</param>
    /// <param name="check">Returns what was expected when the text is wrong, otherwise null.</param>
    /// <param name="shownDefault">How the manual states the default; null = the value itself, or "none".</param>
    public string Text(string key, string fallback, Func<string, string?>? check = null, string? shownDefault = null)
    {
        var node = Take(new ConfigKey(key, KeyKind.Text, shownDefault ?? (fallback.Length == 0 ? "none" : fallback), null, null, []));
        if (node is null) { return fallback; }
        if (node.Kind != YamlKind.Scalar) { return Wrong(key, node, "text", fallback); }
        if (node.Text.Contains("${credential:", StringComparison.Ordinal) || node.Text.Contains("${env:", StringComparison.Ordinal))
        {
            Error(key, "references such as ${env:NAME} are possible for passwords only");
            return fallback;
        }
        if (node.Text.Any(char.IsControl)) { return Wrong(key, node, "text without control characters", fallback); }
        return check?.Invoke(node.Text) is { } expected ? Wrong(key, node, expected, fallback) : node.Text;
    }

    /// <summary>The text of a value that must never be shown: passwords, and URLs, which may hold one. Null when absent or not text.</summary>
    public string? Hidden(string key, KeyKind kind = KeyKind.Secret, string shownDefault = "none")
    {
        var node = Take(new ConfigKey(key, kind, shownDefault, null, null, []));
        if (node is null) { return null; }
        if (node.Kind == YamlKind.Scalar) { return node.Text; }
        Error(key, $"expected text, got {(node.Kind == YamlKind.List ? "a list" : "a mapping")}; quote it if it holds YAML's characters");
        return null;
    }

    public string Id(string key, string fallback, string? shownDefault = null) => Text(key, fallback, CheckId, shownDefault);

    /// <summary>A file or folder, made absolute.</summary>
    public string File(string key)
    {
        var text = Text(key, "", t => t.Length is 0 or > 4096 ? "the path of a file" : null);
        return text.Length == 0 ? "" : _context.Absolute(text, _map!.Find(key)!.Value);
    }

    public bool Flag(string key, bool fallback)
    {
        var node = Take(new ConfigKey(key, KeyKind.Flag, fallback ? "true" : "false", null, null, []));
        if (node is null) { return fallback; }
        if (node is { Kind: YamlKind.Scalar, Quoted: false, Text: "true" or "false" }) { return node.Text == "true"; }
        var meant = node.Text.ToLowerInvariant() switch
        {
            "yes" or "on" or "y" or "1" or "true" => "true",
            "no" or "off" or "n" or "0" or "false" => "false",
            _ => "",
        };
        return Wrong(key, node, "true or false", fallback, meant);
    }

    public int Integer(string key, int fallback, int min, int max)
    {
        var node = Take(new ConfigKey(key, KeyKind.Integer, $"{fallback}", min, max, []));
        if (node is null) { return fallback; }
        return node is { Kind: YamlKind.Scalar, Quoted: false } && Scalars.TryInteger(node.Text, out var value) && value >= min && value <= max
            ? value : Wrong(key, node, $"a whole number {min}–{max}", fallback);
    }

    /// <summary>A number in a range; with a null <paramref name="fallback"/> something else decides, as <paramref name="shownDefault"/> says.</summary>
    public float? Number(string key, float? fallback, double min, double max, string? shownDefault = null)
    {
        var shown = shownDefault ?? Scalars.Invariant(fallback ?? 0);
        var node = Take(new ConfigKey(key, KeyKind.Number, shown, min, max, []));
        if (node is null) { return fallback; }
        return node is { Kind: YamlKind.Scalar, Quoted: false } && Scalars.TryNumber(node.Text, out var value)
            && value >= min && value <= max
            ? (float)value : Wrong(key, node, $"a number {Scalars.Invariant(min)}–{Scalars.Invariant(max)}", fallback);
    }

    /// <summary>A rate per second; 0 has a meaning of its own, which <paramref name="zero"/> names.</summary>
    public double Rate(string key, double fallback, double min, double max, string zero)
    {
        var node = Take(new ConfigKey(key, KeyKind.Rate, Scalars.Invariant(fallback), 0, max, []));
        if (node is null) { return fallback; }
        return node.Kind == YamlKind.Scalar && Scalars.TryRate(node.Text, out var value) && (value == 0 || (value >= min && value <= max))
            ? value
            : Wrong(key, node, $"a number {Scalars.Invariant(min)}–{Scalars.Invariant(max)} such as 5 or 5fps, or 0 for {zero}", fallback);
    }

    public TimeSpan Duration(string key, TimeSpan fallback, TimeSpan min, TimeSpan max, string? shownDefault = null) =>
        Duration(key, shownDefault ?? Scalars.Duration(fallback), min, max) ?? fallback;

    /// <summary>As above; null when it is absent or wrong, where something else decides, as <paramref name="shownDefault"/> says.</summary>
    public TimeSpan? Duration(string key, string shownDefault, TimeSpan min, TimeSpan max)
    {
        var node = Take(new ConfigKey(key, KeyKind.Duration, shownDefault, min.TotalSeconds, max.TotalSeconds, []));
        if (node is null) { return null; }
        return node.Kind == YamlKind.Scalar && Scalars.TryDuration(node.Text, out var value) && value >= min && value <= max
            ? value : Wrong(key, node, $"a duration {Scalars.Duration(min)}–{Scalars.Duration(max)} with its unit (ms, s, m, h)", (TimeSpan?)null);
    }

    public T Choice<T>(string key, T fallback, params (string Word, T Value)[] choices) where T : notnull
    {
        var words = choices.Select(c => c.Word).ToList();
        var shown = choices.First(c => c.Value.Equals(fallback)).Word;
        var node = Take(new ConfigKey(key, KeyKind.Choice, shown, null, null, words));
        if (node is null) { return fallback; }
        foreach (var (word, value) in choices)
        {
            if (node.Kind == YamlKind.Scalar && node.Text == word) { return value; }
        }
        return Wrong(key, node, "one of " + string.Join(", ", words), fallback, Suggest.Nearest(node.Text, words));
    }

    /// <summary>A list of texts; a single text is a list of one. Items that fail <paramref name="check"/> are reported and left out.</summary>
    public IReadOnlyList<string> List(
        string key, IReadOnlyList<string> fallback, IReadOnlyList<string> choices, Func<string, string?> check, int most = 16)
    {
        var shown = fallback.Count == 0 ? "none" : $"[{string.Join(", ", fallback)}]";
        var node = Take(new ConfigKey(key, KeyKind.List, shown, null, null, choices));
        if (node is null) { return fallback; }
        if (node.Kind == YamlKind.Map) { return Wrong(key, node, "a list", fallback); }
        List<YamlNode> items = node.Kind == YamlKind.Scalar ? [node] : node.Items;
        if (items.Count is 0 || items.Count > most) { return Wrong(key, node, $"a list of 1–{most} items", fallback); }
        var values = new List<string>();
        foreach (var item in items)
        {
            var expected = item.Kind == YamlKind.Scalar ? check(item.Text) : "text";
            if (expected is not null) { Wrong(key, item, expected, 0, Suggest.Nearest(item.Text, choices)); }
            else if (values.Contains(item.Text)) { Problems.Error(item.Mark, PathOf(key), $"{Show.Value(item.Text)} is listed twice"); }
            else { values.Add(item.Text); }
        }
        return values.Count == 0 ? fallback : values;
    }

    /// <summary>Exactly <paramref name="count"/> numbers.</summary>
    public IReadOnlyList<float> Numbers(string key, IReadOnlyList<float> fallback, int count, double min, double max)
    {
        var node = Take(new ConfigKey(key, KeyKind.List, "family", min, max, []));
        if (node is null) { return fallback; }
        var values = new List<float>();
        foreach (var item in node.Items)
        {
            if (item.Kind == YamlKind.Scalar && Scalars.TryNumber(item.Text, out var v) && v >= min && v <= max) { values.Add((float)v); }
        }
        return values.Count == count && node.Items.Count == count
            ? values : Wrong(key, node, $"a list of {count} numbers {Scalars.Invariant(min)}–{Scalars.Invariant(max)}", fallback);
    }

    /// <summary>Makes a listed path absolute as <see cref="File"/> does.</summary>
    public string Absolute(string key, string path) => _context.Absolute(path, _map!.Find(key)!.Value);

    /// <summary>Reads the password keys of this section; <paramref name="fromUrl"/> is the password that its URL held, or null.</summary>
    public Secret? Password(string? fromUrl) => _context.Secrets.Read(this, fromUrl);

    /// <summary>The user name from the key or from the URL, which must not both give one.</summary>
    public string OneUser(string fromKey, string fromUrl)
    {
        if (fromKey.Length > 0 && fromUrl.Length > 0)
        {
            Error("user", "the user is given twice, here and in the URL; take it out of the URL");
        }
        return fromKey.Length > 0 ? fromKey : fromUrl;
    }

    public void AddSecret(string value) => _context.Secrets.Add(value);

    public static string? CheckId(string text) =>
        Scalars.IsId(text) ? null : "1–63 of a–z 0–9 _ - beginning with a letter or digit";
}
