using EdgePose.Settings.Problems;
using EdgePose.Settings.Yaml;

namespace EdgePose.Settings;

/// <summary>
/// One mapping of the file and the typed access to its keys. Every access names the key, its notation, its limits and its default:
/// this is the only definition of a key. A bad value is reported and replaced by the default, so that reading always goes on.
/// </summary>
internal sealed partial class Section
{
    private readonly YamlNode? _map;
    private readonly ReadContext _context;
    private readonly HashSet<string> _known = [];
    private Mark _own;

    /// <param name="node">The mapping; null when the file does not have it.</param>
    /// <param name="path">Dotted path for messages; empty for the root.</param>
    /// <param name="pattern">The same path with <c>&lt;id&gt;</c> for names of the user's choice.</param>
    /// <param name="context">What the readers of this run share.</param>
    public Section(YamlNode? node, string path, string pattern, ReadContext context)
    {
        (_map, _own, Path, Pattern, _context) = (node, node?.Mark ?? new Mark(context.File, 0, 0), path, pattern, context);
        if (node is null or { Kind: YamlKind.Map or YamlKind.Null }) { return; }
        _map = null;
        _context.Problems.Error(node.Mark, path, $"expected keys below it, got {Describe(node)}");
    }

    public string Path { get; }
    public string Pattern { get; }

    /// <summary>Stated instead of the values where the defaults are those of another section.</summary>
    public string InheritsFrom { get; init; } = "";

    private bool Damaged => _map is { Damaged: true };

    private ProblemList Problems => _context.Problems;

    public bool Has(string key) => _map?.Find(key) is { Value: { Kind: not YamlKind.Null } };

    /// <summary>True when the key is there, with a value or without.</summary>
    public bool Contains(string key) => _map?.Find(key) is not null;

    /// <summary>Where the value of <paramref name="key"/> stands, or else where the section stands.</summary>
    public Mark Where(string key) => _map?.Find(key)?.Value.Mark ?? _own;

    public string PathOf(string key) => Path.Length == 0 ? Show.Key(key) : $"{Path}.{Show.Key(key)}";

    public void Error(string key, string problem, string suggestion = "") => Problems.Error(Where(key), PathOf(key), problem, suggestion);

    /// <summary>Reports a name of the user's choice, at the name itself.</summary>
    public void Error(YamlEntry name, string problem, string suggestion = "") => Problems.Error(name.Mark, PathOf(name.Key), problem, suggestion);

    public void Warning(string key, string problem) => Problems.Warning(Where(key), PathOf(key), problem);

    /// <param name="key">Name of the section.</param>
    /// <param name="doc">What the manual says about it as a whole.</param>
    /// <param name="inheritsFrom">Stated as the default of every key in it; empty = each has its own.</param>
    public Section Child(string key, Doc? doc = null, string inheritsFrom = "")
    {
        var node = Take(new ConfigKey(key, KeyKind.Map, doc ?? Doc.None), allowEmpty: true);
        return new Section(node, PathOf(key), PatternOf(key), _context) { InheritsFrom = inheritsFrom };
    }

    /// <summary>The section of one of <see cref="Names"/>.</summary>
    /// <param name="entry">One of the names.</param>
    /// <param name="doc">What the manual says about each of them.</param>
    /// <param name="shorthand">The key that a plain text stands for: <c>front: rtsp://…</c> is short for <c>front: { url: rtsp://… }</c>.</param>
    public Section Sub(YamlEntry entry, Doc? doc = null, string shorthand = "")
    {
        Record(new ConfigKey(ConfigKey.Named, KeyKind.Map, doc ?? Doc.None) { Sample = entry.Key, Shorthand = shorthand });
        var node = entry.Value;
        if (shorthand.Length > 0 && node.Kind == YamlKind.Scalar)
        {
            node = YamlNode.Map(entry.Value.Mark);
            node.Entries.Add(new YamlEntry(shorthand, entry.Value.Mark, entry.Value));
        }
        return new Section(node, PathOf(entry.Key), PatternOf(ConfigKey.Named), _context) { _own = entry.Mark };
    }

    /// <summary>Reports that something is absent, unless a syntax error has eaten part of the file: then it may well be there.</summary>
    public void Missing(string problem)
    {
        if (_context.Intact && !Damaged) { Problems.Error(_own, Path, problem); }
    }

    /// <summary>The entries of a section whose keys are names of the user's choice.</summary>
    /// <param name="sample">The name in the manual; while keys are recorded it is an entry, so that the keys below it are read.</param>
    public IReadOnlyList<YamlEntry> Names(string sample = "")
    {
        if (_context.Keys is not null && sample.Length > 0 && _map is null or { Entries.Count: 0 }) { return [new YamlEntry(sample, _own, YamlNode.Map(_own))]; }
        foreach (var entry in _map?.Entries ?? [])
        {
            _known.Add(entry.Key);
            _context.Marks.TryAdd(PathOf(entry.Key), entry.Mark);
        }
        return _map?.Entries ?? [];
    }

    /// <summary>Reports every key that no reader asked for. Call it last.</summary>
    public void Done()
    {
        foreach (var entry in _map?.Entries ?? [])
        {
            if (_known.Contains(entry.Key)) { continue; }
            var meant = Suggest.Nearest(entry.Key, _known);
            var elsewhere = meant.Length == 0 ? _context.Elsewhere(entry.Key) : "";
            Problems.Error(entry.Mark, PathOf(entry.Key), "unknown key" + (elsewhere.Length > 0 ? $"; it belongs to {elsewhere}" : ""), meant);
        }
    }

    /// <summary>The value's node, or null when the default applies: the key is absent, empty (reported) or damaged (reported before).</summary>
    private YamlNode? Take(ConfigKey key, bool allowEmpty = false)
    {
        var name = key.Path;
        _known.Add(name);
        Record(key);
        if (_map?.Find(name) is not { } entry) { return null; }
        _context.Marks.TryAdd(PathOf(name), entry.Mark);
        if (entry.Value.Kind != YamlKind.Null) { return entry.Value; }
        if (!allowEmpty && !entry.Value.Damaged)
        {
            Problems.Error(entry.Mark, PathOf(name), "no value; give one, or take the key out to get the default");
        }
        return null;
    }

    /// <summary>True while keys are recorded, for a reader that reads some keys in some cases only and declares all of them.</summary>
    public bool Records => _context.Keys is not null;

    /// <summary>A key that is not read here but under another condition: known, with a warning where it is given.</summary>
    public void Unused(string key, string problem)
    {
        _known.Add(key);
        if (problem.Length > 0 && Contains(key)) { Warning(key, problem); }
    }

    /// <summary>Adds a key to the recorded ones.</summary>
    public void Record(ConfigKey key)
    {
        var path = PatternOf(key.Path);
        if (_context.Keys is { } keys && !keys.Exists(k => k.Path == path)) { keys.Add(key with { Path = path, InheritsFrom = InheritsFrom }); }
    }

    private string PatternOf(string key) => Pattern.Length == 0 ? key : $"{Pattern}.{key}";

    private T Wrong<T>(string key, YamlNode node, string expected, T fallback, string suggestion = "")
    {
        Problems.Error(node.Mark, PathOf(key), $"expected {expected}, got {Describe(node)}", suggestion);
        return fallback;
    }

    /// <summary>The same for a list of another length: what counts is the number, which nobody wants to count.</summary>
    private T WrongLength<T>(string key, YamlNode node, string expected, T fallback)
    {
        Problems.Error(node.Mark, PathOf(key), $"expected {expected}, got {LengthOf(node)}");
        return fallback;
    }

    private static string LengthOf(YamlNode node) => node.Items.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Describe(YamlNode node) => node.Kind switch
    {
        YamlKind.Map => "a mapping",
        YamlKind.List => "a list",
        YamlKind.Null => "nothing",
        _ when node.Quoted => Show.Value(node.Text) + " in quotes",
        _ => Show.Value(node.Text),
    };
}
