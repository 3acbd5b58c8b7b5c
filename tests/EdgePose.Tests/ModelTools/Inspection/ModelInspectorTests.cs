using EdgePose.ModelTools;
using EdgePose.ModelTools.Inspection;
using EdgePose.ModelTools.LitePose;
using EdgePose.ModelTools.Onnx;
using EdgePose.TestSupport;
using EdgePose.Workshop.Models;
using Google.Protobuf;

namespace EdgePose.Tests.ModelTools.Inspection;

/// <summary>Parameters and multiplications: the published figures, and small graphs counted by hand.</summary>
public sealed class ModelInspectorTests(ITestOutputHelper output)
{
    /// <summary>Parameters and true MACs of the released configurations, counted on the authors' modules.</summary>
    [Theory]
    [InlineData("xs", 256, 1_675_552, 0.883)]
    [InlineData("s", 448, 2_731_240, 3.614)]
    [InlineData("m", 448, 3_533_808, 5.264)]
    [InlineData("l", 512, 5_738_120, 9.962)]
    public void Ladder_RandomWeights_HasThePublishedCosts(string name, int size, long parameters, double gigaMacs)
    {
        var model = LitePoseImporter.Random(LitePoseImporter.Architecture(name), 1);
        var file = ModelInspector.Read(model.Onnx, name);
        var (shapes, input) = ModelProbing.Vectors(file.ShapeProbe().ToArray(), name, (size, size));
        var (facts, macs) = (file.Facts(), file.Macs(shapes));
        output.WriteLine($"{name} at {input}: {facts.SourceParameters:N0} parameters ({facts.Parameters:N0} folded), {macs / 1e9:0.0000} G MACs");
        Assert.Equal(size, model.Architecture.ImageSize);
        Assert.Equal(parameters, facts.SourceParameters);
        Assert.Equal(parameters, model.SourceParameters);
        Assert.InRange(macs / 1e9 / gigaMacs, 0.995, 1.005);
    }

    [Theory]
    [InlineData("litepose-m-crowdpose.onnx", 3_502_904, 5.264)]
    [InlineData("yolox-nano.onnx", 904_463, 0.5226)]
    [InlineData("random/dwpose-t-random.onnx", 5_515_915, 0.5481)]
    [InlineData("random/dwpose-s-random-compact.onnx", null, 0.9063)]
    [InlineData("random/ditehrnet18-coco-random.onnx", null, 0.2466)]
    public void SharedModels_HaveTheirCosts(string name, int? parameters, double gigaMacs)
    {
        var file = ModelInspector.Open(Repo.Shared("models/" + name));
        var (shapes, _) = ModelProbing.Vectors(file.ShapeProbe().ToArray(), name, (448, 448));
        output.WriteLine($"{name}: {file.Facts().Parameters:N0} parameters, {file.Macs(shapes) / 1e9:0.0000} G MACs");
        if (parameters is { } count) { Assert.Equal(count, file.Facts().Parameters); }
        Assert.InRange(file.Macs(shapes) / 1e9 / gigaMacs, 0.995, 1.005);
    }

    [Fact]
    public void Macs_SmallGraph_AreThoseCountedByHand()
    {
        var graph = new GraphBuilder("g");
        var x = graph.Input("x", ElementType.Float, [1, 3, -1, -1]);
        x = graph.Node("Conv", "conv", [x, Weight(graph, 8, 3, 3, 3)], NodeAttribute.Ints("strides", 2, 2), NodeAttribute.Ints("pads", 1, 1, 1, 1));
        x = graph.Node("Conv", "depthwise", [x, Weight(graph, 8, 1, 5, 5)], NodeAttribute.Int("group", 8), NodeAttribute.Ints("pads", 2, 2, 2, 2));
        x = graph.Node("ConvTranspose", "up", [x, Weight(graph, 8, 4, 4, 4)], NodeAttribute.Ints("strides", 2, 2), NodeAttribute.Ints("pads", 1, 1, 1, 1));
        x = graph.Node("GlobalAveragePool", "pool", [x]);
        x = graph.Node("Flatten", "flat", [x]);
        x = graph.Node("Gemm", "gemm", [x, Weight(graph, 6, 4)], NodeAttribute.Int("transB", 1));
        x = graph.Node("MatMul", "matmul", [x, Weight(graph, 6, 7)]);
        graph.Output("y", x, ElementType.Float, null);
        var file = ModelInspector.Read(graph.Build("test", "1").ToByteArray(), "small");
        var (shapes, _) = ModelProbing.Vectors(file.ShapeProbe().ToArray(), "small", (32, 16));

        const long Positions = 16 * 8;
        Assert.Equal((Positions * 8 * 27) + (Positions * 8 * 25) + (Positions * 8 * 4 * 16) + (4 * 6) + (6 * 7), file.Macs(shapes));
        Assert.Equal((8 * 27) + (8 * 25) + (8 * 4 * 16) + 24 + 42, file.Facts().Parameters);
    }

    [Fact]
    public void Parameters_SettingsAndScales_AreNotCounted()
    {
        var graph = new GraphBuilder("g");
        var x = graph.Input("x", ElementType.Float, [1, 3, 4, 4]);
        x = graph.Node("Clip", "clip", [x, graph.Scalar("zero", 0), graph.Scalar("six", 6)]);
        x = graph.Node("Resize", "resize", [x, "", graph.Constant("scales", TensorData.Floats([4], [1, 1, 2, 2]))]);
        x = graph.Node("Mul", "mul", [x, graph.Constant("gain", TensorData.Floats([1, 3, 1, 1], [1, 2, 3]))]);
        graph.Output("y", x, ElementType.Float, null);
        Assert.Equal(3, ModelInspector.Read(graph.Build("test", "1").ToByteArray(), "g").Facts().Parameters);
    }

    [Fact]
    public void RequireFiniteWeights_NaN_NamesTheTensor()
    {
        var graph = new GraphBuilder("g");
        var x = graph.Input("x", ElementType.Float, [1, 3, 4, 4]);
        graph.Output("y", graph.Node("Mul", "y", [x, graph.Constant("gain", TensorData.Floats([1, 3, 1, 1], [1, float.NaN, 3]))]), ElementType.Float, null);
        var file = ModelInspector.Read(graph.Build("test", "1").ToByteArray(), "bad.onnx");
        Assert.Contains("'gain' contains NaN", Assert.Throws<ModelToolsException>(file.RequireFiniteWeights).Message, StringComparison.Ordinal);
    }

    private static string Weight(GraphBuilder graph, params long[] dims)
    {
        var random = new Random(dims.Length);
        return graph.Constant("w", TensorData.Floats(dims, [.. Enumerable.Range(0, (int)dims.Aggregate(1L, (a, b) => a * b)).Select(_ => random.NextSingle())]));
    }
}
