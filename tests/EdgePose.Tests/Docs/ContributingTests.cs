using System.Text.RegularExpressions;
using System.Xml.Linq;
using EdgePose.Repository;

namespace EdgePose.Tests.Docs;

/// <summary>CONTRIBUTING.md repeats rules that the code enforces: it must repeat them as they are.</summary>
public sealed partial class ContributingTests
{
    private static readonly string Text = SourceTree.Read("CONTRIBUTING.md");

    /// <summary>The text without the breaks of its lines.</summary>
    private static readonly string Prose = Break().Replace(Text, " ");

    private static readonly string Build = string.Join('\n', SourceTree.Files.Where(f => f == "build.cs" || f.StartsWith("build/", StringComparison.Ordinal)).Select(SourceTree.Read));

    [Fact]
    public void Areas_AreThoseOfTheRule()
    {
        var rule = DependencyRule.Areas.Select(a => $"{(a.Key.Length == 0 ? "EdgePose.Program" : a.Key)}: {string.Join(", ", a.Value)}");
        var table = Rows("| area |").Select(r => $"{Assert.Single(Code(r[0]))}: {string.Join(", ", Code(r[2]))}");
        Assert.Equal(rule, table);
    }

    [Fact]
    public void OwnersOfForeignAssemblies_AreThoseOfTheRule()
    {
        var rule = DependencyRule.Owners.Select(o => $"{(o.Assembly.EndsWith('.') ? o.Assembly + "*" : o.Assembly)}: {string.Join(", ", o.Namespaces.Select(Short))}");
        // What stands in brackets is another assembly, to which the rule does not apply.
        var table = Rows("| assembly |").SelectMany(r => Code(r[0]).Select(a => $"{a}: {string.Join(", ", Code(r[1].Split('(')[0]))}"));
        Assert.Equal(rule.Order(StringComparer.Ordinal), table.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void AreasThatSeePixels_AreThoseOfTheRule() =>
        Assert.Contains($"only {string.Join(", ", DependencyRule.PixelAreas.Select(a => $"`{a}`"))} may see a frame", Prose, StringComparison.Ordinal);

    [Fact]
    public void Limits_AreThoseOfTheTests()
    {
        string[] sentences =
        [
            $"A file has at most {SizeTests.FileLimit} lines and a method at most {SizeTests.MethodLimit}.",
            $"`Domain` has at most {SizeTests.DomainLimit} lines in all, `src/EdgePose.Program/Program.cs` {SizeTests.ProgramLimit}",
            $"`src/EdgePose/Service/Pipeline.cs` {SizeTests.PipelineLimit} (`SizeTests`)",
            $"A type uses at most {FanOutTests.Limit} other types of ours",
        ];
        Assert.All(sentences, s => Assert.Contains(s, Prose, StringComparison.Ordinal));
    }

    [Fact]
    public void Commands_AreTheVerbsOfTheBuild()
    {
        var verbs = VerbCase().Matches(Build).Select(m => m.Groups[1].Value).Where(v => v != "help");
        Assert.Equal(verbs.Order(StringComparer.Ordinal), Command().Matches(Text).Select(m => m.Groups[1].Value).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void OptionsOfTheBuild_AreAllNamed_AndNoOthers()
    {
        var known = OptionRead().Matches(Build).Select(m => m.Groups[1].Value).Distinct().ToList();
        Assert.True(known.Count > 8, string.Join(' ', known));
        var block = CommandBlock().Match(Text).Value;
        // The demo's length goes through to the program.
        Assert.Equal(known.Append("--seconds").Order(StringComparer.Ordinal), Option().Matches(block).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void PinnedVersions_AreThoseOfThePackages()
    {
        var pins = XDocument.Parse(SourceTree.Read("Directory.Packages.props")).Descendants("PackageVersion").ToDictionary(v => (string)v.Attribute("Include")!, v => (string)v.Attribute("Version")!);
        var stated = Pin().Matches(Prose).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
        Assert.Equal(2, stated.Count);
        Assert.All(stated, s => Assert.Equal(pins[s.Key], s.Value));
        foreach (var package in (string[])["xunit.v3", "FsCheck.Xunit.v3", "JsonSchema.Net", "Spectre.Console.Testing"])
        {
            Assert.True(pins.ContainsKey(package) && Text.Contains(package, StringComparison.Ordinal), package);
        }
    }

    [Fact]
    public void TestsAndPaths_ThatItNames_Exist()
    {
        var names = Code(Text).Where(c => c.EndsWith("Tests", StringComparison.Ordinal) && !c.Contains('/')).ToList();
        Assert.NotEmpty(names);
        Assert.All(names, n => Assert.Contains(SourceTree.Files, f => f.EndsWith($"/{n}.cs", StringComparison.Ordinal)));
        var paths = Code(Text).Where(c => c.StartsWith("src/", StringComparison.Ordinal) || c.StartsWith("tests/", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(paths);
        Assert.All(paths, p => Assert.Contains(SourceTree.Files, f => f == p || f.StartsWith(p + "/", StringComparison.Ordinal)));
    }

    /// <summary>The cells of the table whose first line begins so.</summary>
    private static List<string[]> Rows(string head)
    {
        var rows = SourceTree.Lines("CONTRIBUTING.md").SkipWhile(l => !l.StartsWith(head, StringComparison.Ordinal)).Skip(2).TakeWhile(l => l.StartsWith('|')).ToList();
        Assert.NotEmpty(rows);
        return [.. rows.Select(r => r.Trim('|', ' ').Split('|'))];
    }

    private static IEnumerable<string> Code(string text) => CodeSpan().Matches(text).Select(m => m.Groups[1].Value);

    private static string Short(string name) => name.StartsWith("EdgePose.", StringComparison.Ordinal) ? name["EdgePose.".Length..] : name;

    [GeneratedRegex(@"\n\s*")]
    private static partial Regex Break();

    [GeneratedRegex("`([^`\\n]+)`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex("^            case \"([a-z]+)\"", RegexOptions.Multiline)]
    private static partial Regex VerbCase();

    [GeneratedRegex(@"args\.(?:Remove|Value)\(""(--[a-z-]+)""\)")]
    private static partial Regex OptionRead();

    [GeneratedRegex(@"(?<![\w-])--[a-z]+(?:-[a-z]+)*")]
    private static partial Regex Option();

    [GeneratedRegex(@"^\./build\.sh ([a-z]+)", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex("```sh\n.*?```", RegexOptions.Singleline)]
    private static partial Regex CommandBlock();

    [GeneratedRegex(@"([A-Za-z][\w.]+) stays at (\d+(?:\.\d+)+)")]
    private static partial Regex Pin();
}
