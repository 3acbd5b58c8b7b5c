using EdgePose.Service.Configuration;
using EdgePose.Settings;
using EdgePose.Settings.Documents;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Service.Configuration;

public sealed class ConfigDocumentsTests
{
    [Theory]
    [InlineData("edgepose.yaml")]
    [InlineData("edgepose.schema.json")]
    public void ShippedFile_IsWhatTheDeclarationsSay(string file)
    {
        var written = file.EndsWith(".json", StringComparison.Ordinal) ? ConfigDocuments.Schema() : ConfigDocuments.Manual();
        var shipped = File.ReadAllText(Path.Combine(Repo.Root, "config", file)).ReplaceLineEndings("\n");
        Assert.True(written == shipped, $"config/{file} differs from the declarations of the keys from line {FirstDifference(written, shipped)}; run: ./build.sh docs");
    }

    [Fact]
    public void EveryKey_SaysWhatItMeans()
    {
        foreach (var key in ConfigKeys.All.Where(k => k.InheritsFrom.Length == 0 && k.Name != ConfigKey.Named))
        {
            Assert.True(key.Doc.Text.Length > 0, $"{key.Path} has no text");
        }
    }

    [Fact]
    public void EveryKey_ShowsAValue()
    {
        foreach (var key in ConfigKeys.All.Where(k => k.Kind != KeyKind.Map))
        {
            Assert.True(key.Doc.Example.Length > 0 || key.Value is not null, $"{key.Path} has neither default nor example");
        }
    }

    [Fact]
    public void Text_ThatRepeatsLimitsOrChoices_IsNotWritten()
    {
        var line = ManualWriter.Limits(new ConfigKey("a.b", KeyKind.Duration, "How long.") { Value = "30s", Range = "5s-18h" });
        Assert.Equal("Range: 5s-18h. Default: 30s", line);
        foreach (var key in ConfigKeys.All.Where(k => k.Range.Length > 0)) { Assert.DoesNotContain(key.Range, key.Doc.Text, StringComparison.Ordinal); }
    }

    private static int FirstDifference(string a, string b)
    {
        var (left, right) = (a.Split('\n'), b.Split('\n'));
        return 1 + left.Zip(right).TakeWhile(pair => pair.First == pair.Second).Count();
    }
}
