using EdgePose.ModelTools;
using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.ModelTools.Quantization.Settings;
using Google.Protobuf;
using Xunit;

namespace EdgePose.Tests.ModelTools.Quantization;

/// <summary>The rules for TensorRT, one by one.</summary>
public sealed class TensorRtTargetTests
{
    private static readonly QuantizationSettings All = new() { Target = QuantizationTarget.TensorRt, Include = ["*"] };
    private static readonly IReadOnlyList<GraphInput> Pictures = SmallNetwork.Pictures(4, 1, 3, 16, 16);
    private static readonly (GraphProto Graph, QuantizedModel Result) Block = SmallNetwork.Quantize(Model(), All, Pictures);

    [Fact]
    public void ZeroPoints_Everywhere_AreZeroAndSigned()
    {
        var pairs = Block.Graph.Of("QuantizeLinear", "DequantizeLinear").ToList();
        Assert.NotEmpty(pairs);
        Assert.All(pairs, n =>
        {
            var zero = Block.Graph.Tensor(n.Input[2]);
            Assert.Equal((int)ElementType.Int8, zero.DataType);
            Assert.All(QdqGraphs.ZeroPoints(zero), z => Assert.Equal(0, z));
        });
    }

    [Fact]
    public void Pairs_OfAValueWithSeveralUsers_AreDedicated()
    {
        foreach (var restore in Block.Graph.Of("DequantizeLinear")) { Assert.Single(Block.Graph.Consumers(restore.Output[0])); }
        foreach (var quantize in Block.Graph.Of("QuantizeLinear")) { Assert.Equal(["DequantizeLinear"], Block.Graph.Consumers(quantize.Output[0]).Select(n => n.OpType)); }
        // The convolution's result is used by two quantized nodes: two pairs, named by number.
        Assert.Equal(["a.relu_DequantizeLinear_Output_1", "a.relu_DequantizeLinear_Output_2"],
            Block.Graph.Of("DequantizeLinear").SelectMany(n => n.Output).Where(o => o.StartsWith("a.relu_", StringComparison.Ordinal)).Order());
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    [InlineData("gemm")]
    [InlineData("product")]
    public void Outputs_OfMultiplyingNodes_AreNotQuantizedThere(string name)
    {
        var node = Block.Graph.Node(name);
        Assert.True(Block.Graph.IsRestored(node, 0) && Block.Graph.IsRestored(node, 1));
        Assert.DoesNotContain(Block.Graph.Consumers(node.Output[0]), c => c.OpType == "QuantizeLinear");
    }

    [Fact]
    public void ResidualSum_QuantizesTheShortcutOnly()
    {
        var sum = Block.Graph.Node("sum");
        Assert.Equal("b", sum.Input[0]);
        Assert.True(Block.Graph.IsRestored(sum, 1));
    }

    [Fact]
    public void Weights_Quantized_KeepTheirFloatsBehindAPair()
    {
        var restore = Block.Graph.Producer(Block.Graph.Node("a").Input[1])!;
        var quantize = Block.Graph.Producer(restore.Input[0])!;
        Assert.Equal(("QuantizeLinear", 0L, 0L), (quantize.OpType, quantize.Attribute("axis"), restore.Attribute("axis")));
        Assert.Equal((int)ElementType.Float, Block.Graph.Tensor(quantize.Input[0]).DataType);
        Assert.Equal([8L], Block.Graph.Tensor(quantize.Input[1]).Dims);
    }

    [Fact]
    public void Bias_OfQuantizedNodes_StaysFloat() =>
        Assert.All(["a", "b", "gemm"], name => Assert.Equal((int)ElementType.Float, Block.Graph.Tensor(Block.Graph.Node(name).Input[2]).DataType));

    [Fact]
    public void Activations_AreKept()
    {
        // Half of the symmetric codes lie below zero: no code saturates there.
        Assert.Single(Block.Graph.Of("Relu"));
        Assert.Equal(0, Block.Result.Report.RemovedActivations);
    }

    [Fact]
    public void Softmax_Output_IsQuantizedSymmetrically()
    {
        var (scale, zero) = Block.Graph.InputCodes(Block.Graph.Node("product"), 0);
        Assert.Equal(((float)(2.0 / 254), 0), (scale, zero));
    }

    [Fact]
    public void ConvTranspose_StaysFloat()
    {
        var model = SmallNetwork.Build([1, 3, 16, 16], (n, x) => n.Conv(n.Transposed(n.Conv(x, "a", 3, 8, 3), "up", 8, 4, 4, 2, 1), "b", 4, 4, 3));
        var up = SmallNetwork.Quantize(model, All, Pictures).Graph.Node("up");
        Assert.Equal(("a", "up.weight"), (up.Input[0], up.Input[1]));
    }

    [Fact]
    public void UnsignedActivations_AreRefused() =>
        Assert.Throws<ModelToolsException>(() => SmallNetwork.Open(Model(), All with { Activations = ActivationType.UInt8 }, Pictures));

    [Fact]
    public void Graph_OnTheCpu_AgreesWithFloat()
    {
        var fidelity = Fidelity.Compare(SmallNetwork.Runner, Model().ToByteArray(), Block.Result.Model, Pictures);
        Assert.All(fidelity, f => Assert.InRange(f.SignalToNoiseDb, 25, 80));
    }

    private static ModelProto Model()
    {
        var model = SmallNetwork.Build([1, 3, 16, 16], (n, x) =>
        {
            var a = n.Graph.Node("Relu", "a.relu", [n.Conv(x, "a", 3, 8, 3)]);
            var sum = n.Graph.Node("Add", "sum", [n.Conv(a, "b", 8, 8, 3), a]);
            var pooled = n.Graph.Node("Flatten", "flat", [n.Graph.Node("GlobalAveragePool", "pool", [sum])], NodeAttribute.Int("axis", 1));
            var gemm = n.Graph.Node("Gemm", "gemm", [pooled, n.Constant("gw", 8, 6), n.Constant("gb", 6)]);
            return n.Graph.Node("MatMul", "product", [n.Graph.Node("Softmax", "soft", [gemm], NodeAttribute.Int("axis", 1)), n.Constant("mw", 6, 5)]);
        });
        model.Graph.Node[^1].Name = "product";
        return model;
    }
}
