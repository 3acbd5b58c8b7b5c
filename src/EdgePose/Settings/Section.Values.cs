using EdgePose.Domain;
using EdgePose.Settings.Problems;
using EdgePose.Settings.Yaml;

namespace EdgePose.Settings;

// One method per notation.
internal sealed partial class Section
{
    /// <param name="key">Name of the key.</param>
    /// <param name="fallback">Value when the key is absent.</param>
    /// <param name="check">Returns what was expected when the text is wrong, otherwise null.</param>
    /// <param name="doc">What the manual says.</param>
    public string Text(string key, string fallback, Func<string, string?>? check = null, Doc? doc = null) =>
        Text(key, KeyKind.Text, fallback, check, doc ?? Doc.None);

    private string Text(string key, KeyKind kind, string fallback, Func<string, string?>? check, Doc doc, string range = "")
    {
        var node = Take(new ConfigKey(key, kind, doc) { Value = fallback.Length == 0 ? null : fallback, Range = range });
        if (node is null) { return fallback; }
        if (node.Kind != YamlKind.Scalar) { return Wrong(key, node, "text", fallback); }
        if (UrlParts.HasReference(node.Text))
        {
            Error(key, "references such as ${env:NAME} are possible for passwords only");
            return fallback;
        }
        if (node.Text.Any(char.IsControl)) { return Wrong(key, node, "text without control characters", fallback); }
        return check?.Invoke(node.Text) is { } expected ? Wrong(key, node, expected, fallback) : node.Text;
    }

    /// <summary>The text of a value that must never be shown: passwords, and URLs, which may hold one. Null when absent or not text.</summary>
    public string? Hidden(string key, KeyKind kind = KeyKind.Secret, Doc? doc = null)
    {
        var node = Take(new ConfigKey(key, kind, doc ?? Doc.None));
        if (node is null) { return null; }
        if (node.Kind == YamlKind.Scalar) { return node.Text; }
        Error(key, $"expected text, got {(node.Kind == YamlKind.List ? "a list" : "a mapping")}; quote it if it holds YAML's characters");
        return null;
    }

    public string Id(string key, string fallback, Doc? doc = null) => Text(key, fallback, CheckId, (doc ?? Doc.None) with { Pattern = Scalars.IdPattern });

    /// <summary>A file or folder, made absolute.</summary>
    /// <param name="key">Name of the key.</param>
    /// <param name="doc">What the manual says.</param>
    /// <param name="written">The program writes there, which decides to what a relative path is relative.</param>
    public string File(string key, Doc? doc = null, bool written = false)
    {
        var text = Text(key, "", t => t.Length is 0 or > 4096 ? "the path of a file" : _context.PathProblem(t), doc);
        return text.Length == 0 ? "" : _context.Absolute(text, _map!.Find(key)!.Value, written);
    }

    public bool Flag(string key, bool fallback, Doc? doc = null)
    {
        var node = Take(new ConfigKey(key, KeyKind.Flag, doc ?? Doc.None) { Value = fallback ? "true" : "false" });
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

    public int Integer(string key, int fallback, int min, int max, Doc? doc = null)
    {
        var node = Take(new ConfigKey(key, KeyKind.Integer, doc ?? Doc.None) { Value = $"{fallback}", Min = min, Max = max, Range = $"{min}-{max}" });
        if (node is null) { return fallback; }
        return node is { Kind: YamlKind.Scalar, Quoted: false } && Scalars.TryInteger(node.Text, out var value) && value >= min && value <= max
            ? value : Wrong(key, node, $"a whole number {min}–{max}", fallback);
    }

    public float Number(string key, float fallback, double min, double max, Doc? doc = null) =>
        Number(key, (float?)fallback, min, max, doc) ?? fallback;

    /// <summary>As above; with a null <paramref name="fallback"/> something else decides, as <see cref="Doc.Default"/> says.</summary>
    public float? Number(string key, float? fallback, double min, double max, Doc? doc = null)
    {
        var node = Take(new ConfigKey(key, KeyKind.Number, doc ?? Doc.None)
        {
            Value = fallback is { } f ? Scalars.Invariant(f) : null, Min = min, Max = max, Range = $"{Scalars.Invariant(min)}-{Scalars.Invariant(max)}",
        });
        if (node is null) { return fallback; }
        return node is { Kind: YamlKind.Scalar, Quoted: false } && Scalars.TryNumber(node.Text, out var value)
            && value >= min && value <= max && (value == 0 || (float)value != 0)
            ? (float)value : Wrong(key, node, $"a number {Scalars.Invariant(min)}–{Scalars.Invariant(max)}", fallback);
    }

    /// <summary>A rate per second; 0 has a meaning of its own, which <paramref name="zero"/> names.</summary>
    public double Rate(string key, double fallback, double min, double max, string zero, Doc? doc = null)
    {
        var node = Take(new ConfigKey(key, KeyKind.Rate, doc ?? Doc.None)
        {
            Value = Scalars.Invariant(fallback), Min = 0, Max = max, Range = $"{Scalars.Invariant(min)}-{Scalars.Invariant(max)}, or 0 for {zero}",
        });
        if (node is null) { return fallback; }
        return node.Kind == YamlKind.Scalar && Scalars.TryRate(node.Text, out var value) && (value == 0 || (value >= min && value <= max))
            ? value
            : Wrong(key, node, $"a number {Scalars.Invariant(min)}–{Scalars.Invariant(max)} such as 5 or 5fps, or 0 for {zero}", fallback);
    }

    public TimeSpan Duration(string key, TimeSpan fallback, TimeSpan min, TimeSpan max, Doc? doc = null) =>
        Duration(key, (TimeSpan?)fallback, min, max, doc) ?? fallback;

    /// <summary>As above; with a null <paramref name="fallback"/> something else decides, as <see cref="Doc.Default"/> says.</summary>
    public TimeSpan? Duration(string key, TimeSpan? fallback, TimeSpan min, TimeSpan max, Doc? doc = null)
    {
        var node = Take(new ConfigKey(key, KeyKind.Duration, doc ?? Doc.None)
        {
            Value = fallback is { } f ? Scalars.Duration(f) : null, Min = min.TotalSeconds, Max = max.TotalSeconds,
            Range = $"{Scalars.Duration(min)}-{Scalars.Duration(max)}",
        });
        if (node is null) { return fallback; }
        return node.Kind == YamlKind.Scalar && Scalars.TryDuration(node.Text, out var value) && value >= min && value <= max
            ? value : Wrong(key, node, $"a duration {Scalars.Duration(min)}–{Scalars.Duration(max)} with its unit (ms, s, m, h)", fallback);
    }

    /// <summary>One of the words of an enum.</summary>
    public T Choice<T>(string key, T fallback, Words<T> words, Doc? doc = null) where T : struct, Enum =>
        words.TryParse(Choice(key, words.Of(fallback), words.All, doc), out var value) ? value : fallback;

    /// <summary>One of some words.</summary>
    public string Choice(string key, string fallback, IReadOnlyList<string> words, Doc? doc = null)
    {
        var node = Take(new ConfigKey(key, KeyKind.Choice, doc ?? Doc.None) { Value = fallback, Choices = words });
        if (node is null) { return fallback; }
        return node.Kind == YamlKind.Scalar && words.Contains(node.Text) ? node.Text
            : Wrong(key, node, "one of " + string.Join(", ", words), fallback, Suggest.Nearest(node.Text, words));
    }

    /// <summary>As above with the table in the call; <see cref="Words{T}"/> is the better place for it.</summary>
    public T Choice<T>(string key, T fallback, params (string Word, T Value)[] choices) where T : notnull
    {
        var word = Choice(key, choices.First(c => c.Value.Equals(fallback)).Word, [.. choices.Select(c => c.Word)]);
        return choices.First(c => c.Word == word).Value;
    }

    /// <summary>A list of texts; a single text is a list of one. Items that fail <paramref name="check"/> are reported and left out.</summary>
    public IReadOnlyList<string> List(
        string key, IReadOnlyList<string> fallback, IReadOnlyList<string> choices, Func<string, string?> check, int most = 16, Doc? doc = null)
    {
        var shown = fallback.Count == 0 ? null : $"[{string.Join(", ", fallback)}]";
        var node = Take(new ConfigKey(key, KeyKind.List, doc ?? Doc.None) { Value = shown, Choices = doc is { Open: true } ? [] : choices, Max = most });
        if (node is null) { return fallback; }
        if (node.Kind == YamlKind.Map) { return Wrong(key, node, "a list", fallback); }
        List<YamlNode> items = node.Kind == YamlKind.Scalar ? [node] : node.Items;
        if (items.Count is 0 || items.Count > most) { return WrongLength(key, node, $"a list of 1–{most} items", fallback); }
        var values = new List<string>();
        foreach (var item in items)
        {
            var expected = item.Kind != YamlKind.Scalar ? "text" : UrlParts.HasReference(item.Text) ? "text without references, which are possible for passwords only" : check(item.Text);
            if (expected is not null) { Wrong(key, item, expected, 0, Suggest.Nearest(item.Text, choices)); }
            else if (values.Contains(item.Text)) { Problems.Error(item.Mark, PathOf(key), $"{Show.Value(item.Text)} is listed twice"); }
            else { values.Add(item.Text); }
        }
        return values.Count == 0 ? fallback : values;
    }

    /// <summary>Exactly <paramref name="count"/> numbers.</summary>
    public IReadOnlyList<float> Numbers(string key, IReadOnlyList<float> fallback, int count, double min, double max, Doc? doc = null)
    {
        var node = Take(new ConfigKey(key, KeyKind.Numbers, doc ?? Doc.None) { Min = min, Max = max, Count = count });
        if (node is null) { return fallback; }
        var values = new List<float>();
        foreach (var item in node.Items)
        {
            if (item.Kind == YamlKind.Scalar && Scalars.TryNumber(item.Text, out var v) && v >= min && v <= max) { values.Add((float)v); }
        }
        var expected = $"a list of {count} numbers {Scalars.Invariant(min)}–{Scalars.Invariant(max)}";
        if (node.Kind == YamlKind.List && node.Items.Count != count) { return WrongLength(key, node, expected, fallback); }
        return values.Count == count
            ? values : Wrong(key, node, expected, fallback);
    }

    /// <summary>The text beside one of <see cref="Names"/>; null when it is something else or <paramref name="check"/> refuses it, which is reported.</summary>
    /// <param name="entry">One of the names.</param>
    /// <param name="check">Whether the text will do.</param>
    /// <param name="expected">What was expected.</param>
    /// <param name="doc">What the manual says about each of them.</param>
    public string? NamedText(YamlEntry entry, Func<string, bool> check, string expected, Doc? doc = null)
    {
        Record(new ConfigKey(ConfigKey.Named, KeyKind.Text, doc ?? Doc.None) { Sample = entry.Key });
        if (entry.Value.Kind == YamlKind.Scalar && check(entry.Value.Text)) { return entry.Value.Text; }
        Error(entry.Key, "expected " + expected);
        return null;
    }

    /// <summary>Makes a listed path absolute as <see cref="File"/> does.</summary>
    public string Absolute(string key, string path) => _context.Absolute(path, _map!.Find(key)!.Value);

    /// <summary>Reads the password keys of this section.</summary>
    /// <param name="fromUrl">The password that the URL of the section held, or null.</param>
    /// <param name="password">What the manual says about <c>password</c>.</param>
    /// <param name="file">What the manual says about <c>password_file</c>.</param>
    public Secret? Password(string? fromUrl, Doc? password = null, Doc? file = null) =>
        _context.Secrets.Read(this, fromUrl, password ?? Doc.None, file ?? Doc.None);

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
