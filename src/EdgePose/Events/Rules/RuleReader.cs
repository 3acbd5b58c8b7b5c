using EdgePose.Settings;

namespace EdgePose.Events.Rules;

/// <summary>Reads the section <c>rules</c> of a stream. A key that belongs to other kinds of rule has no effect, which is warned about.</summary>
internal static class RuleReader
{
    private const int Most = 64;

    public static readonly Doc About = "What is an event, by name. Each type of rule uses some of the keys below; others are warned about.";

    /// <summary>A rule of an unknown type is read as one of this kind, so that the values of keys that most kinds have are checked all the same.</summary>
    private static readonly RuleKind Plainest = DwellRule.Kind;

    private static readonly Doc TypeDoc = new(string.Join(". ", RuleKinds.All.Select(k => $"{k.Word}: {k.Text}")) + ".") { Example = FallRule.Kind.Word };

    public static IReadOnlyList<RuleSettings> ReadAll(Section s, RuleNames names)
    {
        var all = new List<RuleSettings>();
        foreach (var entry in s.Names("fallen"))
        {
            if (CheckName(entry.Key) is { } expected) { s.Error(entry, "a rule's name is " + expected); }
            if (Read(s.Sub(entry), entry.Key, names) is { } rule) { all.Add(rule); }
        }
        if (s.Names().Count > Most) { s.Error("", $"more than {Most} rules"); }
        s.Done();
        return all.Count == 0 ? Array.Empty<RuleSettings>() : all;
    }

    private static string? CheckName(string name) =>
        name == StreamRule.Name ? "not \"stream\", which names lost and restored streams" : Section.CheckId(name);

    private static RuleSettings? Read(Section s, string name, RuleNames names)
    {
        var word = s.Word("type", [.. RuleKinds.All.Select(k => k.Word)], TypeDoc);
        if (s.Records)
        {
            foreach (var key in RuleDocuments.Keys) { s.Record(key); }
            return null;
        }
        var kind = RuleKinds.All.FirstOrDefault(k => k.Word == word);
        var rule = new RuleKeys(s, kind ?? Plainest, names).Read(name);
        // Of a rule whose type is unknown nobody can say which keys have an effect.
        var problem = kind is null ? "" : $"has no effect on a rule of type {kind.Word}";
        foreach (var key in RuleDocuments.Keys.Select(k => k.Path).Except(RuleDocuments.KeysOf(kind ?? Plainest))) { s.Unused(key, problem); }
        s.Done();
        return kind is null ? null : rule;
    }
}
