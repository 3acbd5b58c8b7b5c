using System.Text.RegularExpressions;
using EdgePose.Cli;
using EdgePose.Networks.Models;
using EdgePose.Tests.Service.Configuration;
using EdgePose.TestSupport;
using EdgePose.Workshop;

namespace EdgePose.Tests.Docs;

/// <summary>What the documents tell a reader to type, and where they point.</summary>
// The options of the verbs are shared, and building the command line changes them.
[Collection(EdgePose.TestSupport.ConsoleCollection.Name)]
public sealed partial class DocumentTests
{
    public static TheoryData<string> Documents() =>
        [.. new[] { "", "models" }.SelectMany(f => Directory.GetFiles(Path.Combine(Repo.Root, f), "*.md")).Select(f => Path.GetRelativePath(Repo.Root, f))];

    private static string Read(string document) => File.ReadAllText(Path.Combine(Repo.Root, document));

    [Theory]
    [MemberData(nameof(Documents))]
    public void YamlBlocks_OfTheConfiguration_Load(string document)
    {
        foreach (Match block in YamlBlock().Matches(Read(document)))
        {
            var yaml = block.Groups[1].Value;
            if (!yaml.Contains("streams:", StringComparison.Ordinal)) { continue; }
            var result = Loading.Load(yaml);
            Assert.True(result.Config is not null, $"{document}:\n{Loading.Texts(result)}\n{yaml}");
            Assert.Empty(result.Problems);
        }
    }

    [Fact]
    public void Readme_HasTheConfigurationThatThisTestChecks() =>
        Assert.Matches("<!-- checked by a test -->\n```yaml\n[^`]*streams:", Read("README.md"));

    [Fact]
    public void ModelsReadme_ExampleDescriptors_AreRead()
    {
        var found = 0;
        foreach (Match block in YamlBlock().Matches(Read(Path.Combine("models", "README.md"))))
        {
            var name = NameKey().Match(block.Groups[1].Value);
            if (!name.Success) { continue; }
            found++;
            using var folder = new TempFolder();
            folder.Write(name.Groups[1].Value + ".yaml", block.Groups[1].Value);
            var catalog = ModelCatalog.Load([folder.Path], []);
            Assert.Empty(catalog.Problems);
            Assert.Single(catalog.Models);
        }
        Assert.NotEqual(0, found);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Commands_OfEdgePose_Parse(string document)
    {
        var root = CommandLine.Build(WorkshopVerbs.Create());
        foreach (Match command in Command().Matches(Read(document)))
        {
            var line = command.Groups[1].Value.Trim();
            var parsed = root.Parse(line);
            Assert.True(parsed.Errors.Count == 0, $"{document}: edgepose {line}: {string.Join("; ", parsed.Errors.Select(e => e.Message))}");
        }
    }

    [Fact]
    public void Readme_NamesEveryVerb()
    {
        var text = Read("README.md");
        foreach (var verb in CommandLine.Build(WorkshopVerbs.Create()).Subcommands) { Assert.Contains($"| `{verb.Name}` |", text, StringComparison.Ordinal); }
        Assert.InRange(Command().Count(text), 3, 100);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_ToFiles_LeadSomewhere(string document)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repo.Root, document))!;
        foreach (Match link in Link().Matches(Read(document)))
        {
            var target = link.Groups[1].Value.Split('#')[0];
            if (target.Length == 0 || target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal)) { continue; }
            var path = Path.GetFullPath(Path.Combine(folder, target));
            Assert.True(File.Exists(path) || Directory.Exists(path), $"{document} points to {target}");
        }
    }

    [GeneratedRegex("```yaml\\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlock();

    [GeneratedRegex("^name: ([a-z0-9-]+)", RegexOptions.Multiline)]
    private static partial Regex NameKey();

    [GeneratedRegex(@"(?:^|[`/\s])edgepose ((?:run|check|probe|demo|models|version)\b[^`#|\n]*)", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
