using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using EdgePose.Service.Configuration;
using EdgePose.Settings;
using EdgePose.Settings.Problems;
using EdgePose.Settings.Yaml;
using EdgePose.TestSupport;
using static EdgePose.Tests.Service.Configuration.Loading;

namespace EdgePose.Tests.Service.Configuration;

public sealed partial class ManualTests
{
    private static readonly string ManualPath = Path.Combine(Repo.Root, "config", "edgepose.yaml");

    /// <summary>Every key but the names that the user chooses.</summary>
    private static readonly IReadOnlyList<ConfigKey> Keys = [.. ConfigKeys.All.Where(k => k.Name != ConfigKey.Named)];

    [Fact]
    public void Manual_AsShipped_LoadsWithoutAProblem() => Assert.Empty(Load(File.ReadAllText(ManualPath)).Problems);

    [Fact]
    public void Manual_AsShipped_IsTheDefaultConfiguration()
    {
        var shipped = Load(File.ReadAllText(ManualPath)).Config!;
        var minimal = Good("mqtt: { url: mqtt://localhost }\nstreams:\n  front: rtsp://camera.lan/stream2\n");
        Assert.Equal(minimal.Streams, shipped.Streams);
        Assert.Equal(minimal.Mqtt, shipped.Mqtt);
    }

    [Fact]
    public void Manual_WithEveryOptionalLineUncommented_NamesEveryKeyOfTheLoader()
    {
        var problems = new ProblemList();
        var tree = YamlReader.Parse(System.Text.Encoding.UTF8.GetBytes(Uncommented()), ManualPath, problems);
        Assert.Empty(problems.ToSorted([]));
        var given = new List<string>();
        Collect(tree!, "", given);
        Assert.Equal(Keys.Select(k => k.Path).Order(StringComparer.Ordinal), given.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Manual_WithEveryOptionalLineUncommented_HasNoErrorButTheAbsentSecrets()
    {
        using var folder = new TempFolder();
        folder.Write("mqtt.password", "a1b2c3");
        folder.Write("camera.front", "d4e5f6");
        var result = Load(Uncommented(), new Dictionary<string, string> { ["CREDENTIALS_DIRECTORY"] = folder.Path });
        // require_provider: cuda is an example beside providers: [auto]; TLS files have no effect on the local broker of the manual.
        // The one rule of the manual shows the keys of all types.
        Assert.All(result.Problems, p => Assert.Equal((Severity.Warning, true), (p.Severity, p.Key.EndsWith("_file", StringComparison.Ordinal) || p.Key.EndsWith(".loop", StringComparison.Ordinal)
            || p.Problem.Contains("has no effect on a rule of type fall", StringComparison.Ordinal))));
        Assert.Equal("a1b2c3", result.Config!.Mqtt.Password!.Reveal());
    }

    [Fact]
    public void Manual_StatedDefaults_EqualThoseOfTheLoader()
    {
        var stated = StatedDefaults();
        foreach (var key in Keys.Where(k => k.Kind != KeyKind.Map))
        {
            Assert.True(stated.TryGetValue(key.Path, out var text), $"{key.Path} states no default");
            var start = text.Split(" (")[0];
            Assert.Equal($"{key.Path}: {key.Default}", $"{key.Path}: {start}");
        }
    }

    [Fact]
    public void Manual_LimitsAndChoices_StandInTheComments()
    {
        var text = File.ReadAllText(ManualPath);
        foreach (var word in Keys.SelectMany(k => k.Choices).Distinct()) { Assert.Matches($@"\b{Regex.Escape(word)}\b", text); }
        foreach (var key in Keys.Where(k => k is { Kind: KeyKind.Integer or KeyKind.Number, Max: not null }))
        {
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"-{key.Max}"), text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void JsonSchema_HasTheKeysTypesLimitsAndDefaultsOfTheLoader()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repo.Root, "config", "edgepose.schema.json")));
        var found = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        CollectSchema(schema.RootElement, "", found);
        Assert.Equal(Keys.Select(k => k.Path).Order(StringComparer.Ordinal), found.Keys);
        foreach (var key in Keys) { Assert.Equal($"{key.Path} {Describe(key)}", $"{key.Path} {Describe(found[key.Path], key)}"); }
    }

    private static string Describe(ConfigKey k) => k.Kind switch
    {
        KeyKind.Map => "object",
        KeyKind.Flag => "boolean " + Default(k),
        KeyKind.Integer => string.Create(CultureInfo.InvariantCulture, $"integer {k.Min} {k.Max} {Default(k)}"),
        KeyKind.Number => string.Create(CultureInfo.InvariantCulture, $"number {k.Min} {k.Max} {Default(k)}"),
        KeyKind.Rate => string.Create(CultureInfo.InvariantCulture, $"rate {k.Max} {Default(k)}"),
        KeyKind.Duration => "string " + Default(k),
        KeyKind.Direction => "array " + Default(k).Trim('[', ']').Split(',')[0],
        KeyKind.Choice => $"enum {string.Join(' ', k.Choices)} {Default(k)}",
        KeyKind.List => "list " + Default(k).Trim('[', ']').Split(',')[0],
        _ => "string " + Default(k),
    };

    // Defaults that are no value of the key have no place in the schema.
    private static string Default(ConfigKey k) =>
        k.Default is "none" && k.Kind is not KeyKind.Choice || k.Default.StartsWith("two frame intervals", StringComparison.Ordinal)
        || k.Default is "host name" or "required" or "as in pose" or "as in skipping" or "as in events" or "by type" or "the model's own" or "edgepose-<node>"
            ? "-" : k.Default;

    private static string Describe(JsonElement e, ConfigKey key)
    {
        string Limit(string name) => e.GetProperty(name).GetRawText();
        var fallback = !e.TryGetProperty("default", out var d) ? "-" : d.ValueKind == JsonValueKind.String ? d.GetString() : d.ValueKind == JsonValueKind.Array ? d[0].ToString() : d.GetRawText();
        if (e.TryGetProperty("enum", out var words)) { return $"enum {string.Join(' ', words.EnumerateArray().Select(w => w.GetString()))} {fallback}"; }
        if (e.TryGetProperty("anyOf", out var any))
        {
            return key.Kind == KeyKind.Rate ? $"rate {any[0].GetProperty("maximum").GetRawText()} {fallback}" : $"list {fallback}";
        }
        var type = e.GetProperty("type") is { ValueKind: JsonValueKind.Array } types ? types[0].GetString() : e.GetProperty("type").GetString();
        return type switch { "object" => type, "integer" or "number" => $"{type} {Limit("minimum")} {Limit("maximum")} {fallback}", _ => $"{type} {fallback}" };
    }

    private static void CollectSchema(JsonElement schema, string path, SortedDictionary<string, JsonElement> found)
    {
        if (!schema.TryGetProperty("properties", out var properties)) { return; }
        Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
        foreach (var p in properties.EnumerateObject())
        {
            var key = path.Length == 0 ? p.Name : $"{path}.{p.Name}";
            found.Add(key, p.Value);
            CollectSchema(p.Value, key, found);
            if (!p.Value.TryGetProperty("additionalProperties", out var named) || named.ValueKind != JsonValueKind.Object) { continue; }
            CollectSchema(named.TryGetProperty("anyOf", out var forms) ? forms[1] : named, key + ".<id>", found);
        }
    }

    private static void Collect(YamlNode node, string path, List<string> found)
    {
        foreach (var entry in node.Entries)
        {
            var ofUser = path is "streams" or "streams.<id>.rules" or "events.schedules";
            var named = ofUser ? path + ".<id>" : path.Length == 0 ? entry.Key : $"{path}.{entry.Key}";
            if (path is "inference.plugin_libraries" or "inference.provider_options" or "streams.<id>.zones" or "streams.<id>.lines") { continue; }
            if (!ofUser) { found.Add(named); }
            Collect(entry.Value, named, found);
        }
    }

    /// <summary>The manual with every "#key:" line made real.</summary>
    private static string Uncommented() => OptionalLine().Replace(File.ReadAllText(ManualPath), "$1$2");

    private static Dictionary<string, string> StatedDefaults()
    {
        var stated = new Dictionary<string, string>();
        var (parents, pending) = (new List<(int Indent, string Name)>(), "");
        foreach (var line in Uncommented().Split('\n'))
        {
            if (DefaultLine().Match(line) is { Success: true } d) { pending = d.Groups[1].Value.Trim(); continue; }
            if (KeyLine().Match(line) is not { Success: true } k) { continue; }
            parents.RemoveAll(p => p.Indent >= k.Groups[1].Length);
            parents.Add((k.Groups[1].Length, k.Groups[2].Value));
            if (pending.Length > 0) { stated[Pattern(string.Join('.', parents.Select(p => p.Name)))] = pending; }
            pending = "";
        }
        return stated;
    }

    /// <summary>The manual's examples of names that users choose.</summary>
    private static string Pattern(string path) => path.Replace("streams.front", "streams.<id>", StringComparison.Ordinal)
        .Replace("rules.fallen", "rules.<id>", StringComparison.Ordinal).Replace("schedules.night", "schedules.<id>", StringComparison.Ordinal);

    [GeneratedRegex(@"^( *)#((?: {2})*[a-z_0-9-]+:(?: .*)?)$", RegexOptions.Multiline)]
    private static partial Regex OptionalLine();

    [GeneratedRegex(@"^ *# (?:.*\. )?Default: (.*)$")]
    private static partial Regex DefaultLine();

    [GeneratedRegex("^( *)([a-z_0-9-]+):( |$)")]
    private static partial Regex KeyLine();
}
