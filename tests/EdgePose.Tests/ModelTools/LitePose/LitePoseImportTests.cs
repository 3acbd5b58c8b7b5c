using System.IO.Compression;
using EdgePose.ModelTools;
using EdgePose.ModelTools.Inspection;
using EdgePose.ModelTools.LitePose;
using EdgePose.ModelTools.Onnx;
using EdgePose.TestSupport;

namespace EdgePose.Tests.ModelTools.LitePose;

/// <summary>The authors' checkpoint against an ONNX file that others made of the same weights, and what must be refused.</summary>
public sealed class LitePoseImportTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("litepose-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Checkpoint => Repo.Shared("models/litepose-m-crowdpose.pth");

    [Theory]
    [InlineData(1, 448, 448)]
    [InlineData(2, 192, 320)]
    public void Convert_AuthorsCheckpoint_EqualsTheReferenceOnRandomInput(int batch, int height, int width)
    {
        var ours = Path.Combine(_folder, "ours.onnx");
        File.WriteAllBytes(ours, LitePoseImporter.Convert(Checkpoint).Onnx.Span);
        var random = new Random(11);
        var picture = new float[batch * 3 * height * width];
        for (var i = 0; i < picture.Length; i++) { picture[i] = (float)((random.NextDouble() * 4.8) - 2.1); }
        using var mine = new OnnxRun(ours).With("input", [batch, 3, height, width], picture);
        using var theirs = new OnnxRun(Repo.Shared("models/litepose-m-crowdpose.onnx")).With("input", [batch, 3, height, width], picture);
        foreach (var name in (string[])["stage0_heatmaps_tags", "stage1_heatmaps"])
        {
            var ((shape, values), (expectedShape, expected)) = (mine.Get<float>(name), theirs.Get<float>(name));
            Assert.Equal(expectedShape, shape);
            var worst = values.Zip(expected, (a, b) => Math.Abs(a - b)).Max();
            output.WriteLine($"{name} [{string.Join(',', shape)}]: max |difference| {worst:e2}, largest value {expected.Max(Math.Abs):0.00}");
            Assert.InRange(worst, 0, 1e-4);
        }
    }

    [Fact]
    public void Convert_AuthorsCheckpoint_HasOnlyTheOperatorsOfTheNetwork()
    {
        var model = LitePoseImporter.Convert(Checkpoint, new LitePoseImportOptions { Architecture = "M", Joints = 14 });
        var graph = OnnxModel.Parse(model.Onnx, "m").Graph;
        Assert.Equal(231, graph.Node.Count);
        Assert.Equal(
            [("Add", 35), ("Clip", 70), ("Conv", 113), ("ConvTranspose", 6), ("Relu", 7)],
            graph.Node.GroupBy(n => n.OpType).Select(g => (g.Key, g.Count())).OrderBy(g => g.Key, StringComparer.Ordinal));
        Assert.Equal(("m", 448, 14), (model.Architecture.Name, model.Architecture.ImageSize, model.Architecture.Joints));
        Assert.Equal("5ad64029c80dd89c68b2a0ce6f04d07bffe9fe055800cfced257a6155e60b848", model.SourceSha256);
        Assert.Equal(3_533_808, model.SourceParameters);
        Assert.Equal(model.Onnx.ToArray(), LitePoseImporter.Convert(Checkpoint).Onnx.ToArray());
    }

    [Fact]
    public void Convert_OtherArchitectureOrJoints_NamesTheDifference()
    {
        Refuses("channels of stage 1: 24 in the file, 16 expected", new LitePoseImportOptions { Architecture = "s" });
        Refuses("it has 14 joints, not 17", new LitePoseImportOptions { Joints = 17 });
        Refuses("'xxl' is not a LitePose architecture", new LitePoseImportOptions { Architecture = "xxl" });
    }

    [Fact]
    public void Convert_SearchFile_IsComparedWithTheShapes()
    {
        var json = Search(24);
        Assert.Equal("m", LitePoseImporter.Convert(Checkpoint, new LitePoseImportOptions { Architecture = Write(json) }).Architecture.Name);
        Refuses("channels of stage 1: 24 in the file, 32 expected", new LitePoseImportOptions { Architecture = Write(Search(32)) });
        Refuses("kernel 5 is not supported", new LitePoseImportOptions { Architecture = Write(json.Replace("[6, 7]", "[6, 5]", StringComparison.Ordinal)) });
        Refuses("not a LitePose architecture file", new LitePoseImportOptions { Architecture = Write("{}") });
        Refuses("input_channel is 1000000000", new LitePoseImportOptions { Architecture = Write(json.Replace("\"input_channel\": 16", "\"input_channel\": 1000000000", StringComparison.Ordinal)) });
        Refuses("not a LitePose architecture file", new LitePoseImportOptions { Architecture = Write(json[..40]) });
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Convert_ValueThatIsNotFinite_NamesTheTensor(float value)
    {
        var spoiled = Path.Combine(_folder, "spoiled.pth");
        File.Copy(Checkpoint, spoiled);
        using (var zip = ZipFile.Open(spoiled, ZipArchiveMode.Update))
        {
            var entry = zip.Entries.First(e => e.FullName.Contains("/data/", StringComparison.Ordinal) && e.Length > 100_000);
            var (name, bytes) = (entry.FullName, new byte[entry.Length]);
            using (var source = entry.Open()) { source.ReadExactly(bytes); }
            BitConverter.GetBytes(value).CopyTo(bytes, 4000);
            entry.Delete();
            using var target = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
            target.Write(bytes);
        }
        var e = Assert.Throws<ModelToolsException>(() => LitePoseImporter.Convert(spoiled));
        Assert.Contains($".weight' contains {value}", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("models/random/dwpose-t-random.pth", "it has 0 backbone stages")]
    [InlineData("models/random/hourglass2-mpii-dim32-random.pth", "it has 0 backbone stages")]
    [InlineData("models/yolox-nano.onnx", "not a checkpoint in PyTorch's ZIP form")]
    public void Convert_OtherNetworks_AreNotLitePose(string file, string problem)
    {
        var path = Repo.Shared(file);
        var e = Assert.Throws<ModelToolsException>(() => LitePoseImporter.Convert(path));
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_SameSeed_GivesTheSameFile()
    {
        var first = LitePoseImporter.Random(LitePoseArchitecture.Xs, 3);
        Assert.Equal(first.Onnx.ToArray(), LitePoseImporter.Random(LitePoseArchitecture.Xs, 3).Onnx.ToArray());
        Assert.NotEqual(first.Onnx.ToArray(), LitePoseImporter.Random(LitePoseArchitecture.Xs, 4).Onnx.ToArray());
        ModelInspector.Read(first.Onnx, "xs").RequireFiniteWeights();
    }

    private void Refuses(string problem, LitePoseImportOptions options)
    {
        var checkpoint = Checkpoint;
        var e = Assert.Throws<ModelToolsException>(() => LitePoseImporter.Convert(checkpoint, options));
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    private string Write(string json)
    {
        var path = Path.Combine(_folder, "search.json");
        File.WriteAllText(path, json);
        return path;
    }

    private static string Search(int first)
    {
        (int Blocks, int Channels, int Stride)[] stages = [(6, first, 2), (8, 48, 2), (10, 72, 2), (10, 120, 1)];
        var text = stages.Select(s => $$"""
            {"num_blocks": {{s.Blocks}}, "stride": {{s.Stride}}, "channel": {{s.Channels}}, "block_setting": [{{string.Join(", ", Enumerable.Repeat("[6, 7]", s.Blocks))}}]}
            """);
        return $$"""{"img_size": 448, "input_channel": 16, "deconv_setting": [64, 40, 32], "backbone_setting": [{{string.Join(", ", text)}}]}""";
    }
}
