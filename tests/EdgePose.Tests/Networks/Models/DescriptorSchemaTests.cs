using EdgePose.Networks;
using EdgePose.Networks.Models;
using EdgePose.Settings;
using EdgePose.Tests.Sinks.Mqtt;
using EdgePose.TestSupport;
using YamlDotNet.Serialization;

namespace EdgePose.Tests.Networks.Models;

public sealed class DescriptorSchemaTests
{
    private const string Good = """
        name: mine
        kind: heatmap
        file: mine.onnx
        sha256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
        input: { width: 192, mean: [1, 2, 3] }
        skeleton: coco17
        licence: MIT
        source: here
        """;

    private static readonly string Folder = Path.Combine(Repo.Root, "models");

    private static readonly PublishedSchema Schema = new(DescriptorSchema.Write());

    private static IReadOnlyList<string> Check(string yaml)
    {
        var document = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize(yaml);
        return Schema.Check(new SerializerBuilder().JsonCompatible().Build().Serialize(document));
    }

    [Fact]
    public void ShippedFile_IsWhatTheDeclarationsAndTheRowsOfFamiliesSay()
    {
        var shipped = File.ReadAllText(Path.Combine(Folder, "descriptor.schema.json")).ReplaceLineEndings("\n");
        Assert.True(DescriptorSchema.Write() == shipped, "models/descriptor.schema.json differs from the declarations; run: ./build.sh docs");
    }

    [Fact]
    public void Kind_HasTheWordsOfTheFamilies() =>
        Assert.Equal(ModelFamilies.Words, Assert.Single(DescriptorSchema.Keys(), k => k.Path == "kind").Choices);

    [Fact]
    public void EveryKey_SaysWhatItMeans()
    {
        foreach (var key in DescriptorSchema.Keys().Where(k => k.Name != ConfigKey.Named)) { Assert.True(key.Doc.Text.Length > 0, $"{key.Path} has no text"); }
    }

    [Fact]
    public void BuiltInDescriptors_AreValid()
    {
        foreach (var file in Directory.GetFiles(Folder, "*.yaml")) { Assert.Equal((file, ""), (file, string.Join("; ", Check(File.ReadAllText(file))))); }
    }

    [Theory]
    [InlineData("name: mine", "name: My Model")]
    [InlineData("kind: heatmap", "kind: heatmaps")]
    [InlineData("file: mine.onnx", "file: ../mine.onnx")]
    [InlineData("sha256: 0123", "sha256: 0x23")]
    [InlineData("[1, 2, 3]", "[1, 2]")]
    [InlineData("[1, 2, 3]", "[1, 2, 10000]")]
    [InlineData("width: 192", "width: wide")]
    [InlineData("licence: MIT", "note: none")]
    public void BadDescriptor_IsRefused(string good, string bad)
    {
        Assert.Empty(Check(Good));
        Assert.NotEmpty(Check(Good.Replace(good, bad, StringComparison.Ordinal)));
    }
}
