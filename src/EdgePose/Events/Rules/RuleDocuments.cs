using System.Globalization;
using EdgePose.Events.Scenes;
using EdgePose.Settings;
using EdgePose.Settings.Problems;

namespace EdgePose.Events.Rules;

/// <summary>The keys of all kinds of rule as the manual shows them: once each, with the kinds that have it and their defaults.</summary>
internal static class RuleDocuments
{
    private const string ByType = "by type";
    private static readonly string Zero = Scalars.Duration(TimeSpan.Zero);

    private static readonly IReadOnlyList<(RuleKind Kind, ConfigKey Key)> Declared = Declare();

    /// <summary>Every key but <c>type</c>; the path is the name alone.</summary>
    public static IReadOnlyList<ConfigKey> Keys { get; } = [.. Declared.GroupBy(d => d.Key.Path).Select(g => Merge([.. g]))];

    /// <summary>Names of the keys of one kind.</summary>
    public static IEnumerable<string> KeysOf(RuleKind kind) => Declared.Where(d => d.Kind == kind).Select(d => d.Key.Path);

    /// <summary>Asks every kind for its keys: the zone first, then what it has alone, then the times.</summary>
    private static List<(RuleKind Kind, ConfigKey Key)> Declare()
    {
        var names = new RuleNames(new EventsSettings(), [], []);
        Action<RuleKeys>[] passes = [static keys => keys.Zone(), static keys => keys.Own(), static keys => keys.Common(keys.Own())];
        var all = new List<(RuleKind Kind, ConfigKey Key)>();
        foreach (var pass in passes)
        {
            foreach (var kind in RuleKinds.All)
            {
                var keys = new List<ConfigKey>();
                pass(new RuleKeys(new Section(null, "", "", new ReadContext(new ProblemList(), "rules", static _ => null, keys)), kind, names));
                all.AddRange(keys.Where(k => !all.Exists(a => a.Kind == kind && a.Key.Path == k.Path)).Select(k => (kind, k)));
            }
        }
        return all;
    }

    private static ConfigKey Merge(List<(RuleKind Kind, ConfigKey Key)> declared)
    {
        var first = declared[0].Key;
        var doc = first.Doc with { Text = Text(declared) };
        if (declared.Select(d => d.Key.Value).Distinct().Count() > 1)
        {
            // The block of the manual is a fall: whoever uncomments it gets what a fall takes by default.
            var shown = declared.Exists(d => d.Kind == FallRule.Kind) ? declared.Find(d => d.Kind == FallRule.Kind).Key : first;
            doc = doc with { Default = ByType, Remark = Defaults(declared), Example = doc.Example.Length > 0 ? doc.Example : shown.Value ?? "" };
        }
        return first with
        {
            Doc = doc,
            Min = declared.Min(d => d.Key.Min),
            Max = declared.Max(d => d.Key.Max),
            Range = string.Join(" or ", declared.Select(d => d.Key.Range).Distinct()),
        };
    }

    /// <summary>One text where all kinds say the same, otherwise each kind's own.</summary>
    private static string Text(List<(RuleKind Kind, ConfigKey Key)> declared)
    {
        if (declared.Select(d => d.Key.Doc.Text).Distinct().Count() > 1)
        {
            return string.Join(' ', declared.Select(d => $"{d.Kind.Word}: {d.Key.Doc.Text.Trim()}"));
        }
        var (text, kinds) = (declared[0].Key.Doc.Text.Trim(), declared.Select(d => d.Kind).ToList());
        var others = RuleKinds.All.Except(kinds).ToList();
        return others.Count == 0 ? text : others.Count < kinds.Count ? $"{text} Not for {Words(others)}." : $"{text} Only for {Words(kinds)}.";
    }

    /// <summary>The defaults with the kinds that have them; zero is what all others have.</summary>
    private static string Defaults(List<(RuleKind Kind, ConfigKey Key)> declared)
    {
        var groups = declared.GroupBy(d => d.Key.Value).ToList();
        var named = groups.Where(g => g.Key != Zero).Select(g => $"{Words([.. g.Select(d => d.Kind)])} {g.Key}");
        return string.Join(", ", groups.Exists(g => g.Key == Zero) ? named.Append($"others {Zero}") : named);
    }

    private static string Words(List<RuleKind> kinds) => kinds.Count == 1 ? kinds[0].Word
        : string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", kinds[..^1].Select(k => k.Word))} and {kinds[^1].Word}");
}
