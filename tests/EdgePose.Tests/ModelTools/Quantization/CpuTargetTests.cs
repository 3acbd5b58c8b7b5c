using EdgePose.ModelTools;
using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.ModelTools.Quantization.Settings;
using Google.Protobuf;
using Xunit;

namespace EdgePose.Tests.ModelTools.Quantization;

/// <summary>The rules for ONNX Runtime's CPU provider, one by one.</summary>
public sealed class CpuTargetTests
{
    private static readonly QuantizationSettings All = new() { Include = ["*"] };
    private static readonly IReadOnlyList<GraphInput> Pictures = SmallNetwork.Pictures(4, 1, 3, 16, 16);

    [Fact]
    public void Conv_Quantized_HasUnsignedActivationsSignedWeightsAndWideBias()
    {
        var (graph, _) = SmallNetwork.Quantize(SmallNetwork.Build([1, 3, 16, 16], (n, x) => n.Conv(x, "conv", 3, 8, 3)), All, Pictures);
        var conv = graph.Node("conv");
        var (input, weight, bias) = (graph.Producer(conv.Input[0])!, graph.Producer(conv.Input[1])!, graph.Producer(conv.Input[2])!);
        Assert.Equal((int)ElementType.UInt8, graph.Tensor(input.Input[2]).DataType);
        Assert.Equal(((int)ElementType.Int8, 0L), (graph.Tensor(weight.Input[0]).DataType, weight.Attribute("axis")));
        Assert.Equal([8L], graph.Tensor(weight.Input[1]).Dims);
        Assert.All(QdqGraphs.ZeroPoints(graph.Tensor(weight.Input[2])), z => Assert.Equal(0, z));
        Assert.Equal(((int)ElementType.Int32, 0L), (graph.Tensor(bias.Input[0]).DataType, bias.Attribute("axis")));
        var (inputScale, _) = graph.Codes(input);
        var (weightScales, biasScales) = (TensorData.ToFloats(graph.Tensor(weight.Input[1])), TensorData.ToFloats(graph.Tensor(bias.Input[1])));
        for (var c = 0; c < 8; c++) { Assert.Equal(inputScale * weightScales[c], biasScales[c]); }
        Assert.True(graph.Producer("y")!.OpType == "DequantizeLinear" && graph.IsCoded(conv));
    }

    [Fact]
    public void Names_OfNodesAndConstants_AreThoseOfOnnxRuntimesTools()
    {
        var model = SmallNetwork.Build([1, 3, 16, 16], (n, x) => n.Conv(n.Conv(x, "a", 3, 4, 3), "b", 4, 4, 3));
        model.Graph.Node[1].Name = "last";
        var (graph, _) = SmallNetwork.Quantize(model, All, Pictures);
        Assert.Equal("a_QuantizeLinear_Output", graph.Node("a_QuantizeLinear").Output[0]);
        Assert.Equal(["a_QuantizeLinear_Output", "a_scale", "a_zero_point"], graph.Node("a_DequantizeLinear").Input);
        Assert.Equal("a_DequantizeLinear_Output", graph.Node("last").Input[0]);
        Assert.Equal(["a.weight_quantized", "a.weight_scale", "a.weight_zero_point"], graph.Node("a.weight_DequantizeLinear").Input);
        // The output keeps its name: what the network made is renamed.
        Assert.Equal(("y_QuantizeLinear_Input", "y"), (graph.Node("last").Output[0], graph.Node("y_DequantizeLinear").Output[0]));
        Assert.Equal("y", graph.Output[0].Name);
    }

    [Fact]
    public void Activations_BehindQuantizedNodes_AreDroppedAndTheirRangeTakesOver()
    {
        var model = SmallNetwork.Build([1, 3, 16, 16], (n, x) => n.Conv(n.Relu6(n.Conv(n.Graph.Node("Relu", "relu", [n.Conv(x, "a", 3, 8, 3)]), "b", 8, 8, 3)), "c", 8, 4, 1));
        var (graph, result) = SmallNetwork.Quantize(model, All, Pictures);
        Assert.Empty(graph.Of("Relu", "Clip"));
        Assert.Equal(2, result.Report.RemovedActivations);
        Assert.All(["b", "c"], name => Assert.Equal(0, graph.InputCodes(graph.Node(name), 0).Zero));
        Assert.InRange(graph.InputCodes(graph.Node("c"), 0).Scale, 0, 6.001f / 255);
    }

    [Fact]
    public void Activation_ThatOthersBypass_Stays()
    {
        var model = SmallNetwork.Build([1, 3, 16, 16], (n, x) =>
        {
            var a = n.Conv(x, "a", 3, 8, 3);
            return n.Graph.Node("Add", "sum", [a, n.Conv(n.Graph.Node("Relu", "relu", [a]), "b", 8, 8, 3)]);
        });
        var (graph, result) = SmallNetwork.Quantize(model, All, Pictures);
        Assert.Single(graph.Of("Relu"));
        Assert.Equal(0, result.Report.RemovedActivations);
    }

    [Fact]
    public void Activation_WhoseLimitsExcludeZero_Stays()
    {
        var model = SmallNetwork.Build([1, 3, 16, 16], (n, x) => n.Conv(n.Graph.Node("Clip", "clip", [n.Conv(x, "a", 3, 8, 3), n.Graph.Scalar("low", 1), n.Graph.Scalar("high", 2)]), "b", 8, 4, 1));
        Assert.Single(SmallNetwork.Quantize(model, All, Pictures).Graph.Of("Clip"));
    }

    [Fact]
    public void ConvTranspose_Kinds_AreRewrittenOrStayFloat()
    {
        var plain = SmallNetwork.Build([1, 3, 16, 16], (n, x) => n.Conv(n.Transposed(n.Conv(x, "a", 3, 8, 3), "up", 8, 4, 4, 2, 1), "b", 4, 4, 3));
        Assert.Empty(SmallNetwork.Quantize(plain, All, Pictures).Graph.Of("ConvTranspose"));
        // Groups cannot be rewritten, and there is no integer kernel.
        var grouped = SmallNetwork.Build([1, 3, 16, 16], (n, x) => n.Conv(n.Graph.Node("ConvTranspose", "up", [n.Conv(x, "a", 3, 8, 3), n.Constant("w", 8, 1, 4, 4)],
            NodeAttribute.Int("group", 8), NodeAttribute.Ints("strides", 2, 2)), "b", 8, 4, 3));
        var (graph, result) = SmallNetwork.Quantize(grouped, All, Pictures);
        Assert.True(graph.IsConstant(graph.Node("up").Input[1]));
        Assert.False(graph.IsCoded(graph.Node("up")) && graph.IsRestored(graph.Node("up"), 1));
        Assert.Equal(1, result.Report.Float["ConvTranspose"]);
    }

    [Fact]
    public void MovingOperators_BetweenQuantizedOnes_KeepTheCodesOfTheirInput()
    {
        // An open width: enlarging stays a Resize.
        var model = SmallNetwork.Build([1, 3, 16, -1], (n, x) =>
        {
            var pooled = n.Graph.Node("MaxPool", "pool", [n.Conv(x, "a", 3, 8, 3)], NodeAttribute.Ints("kernel_shape", 2, 2), NodeAttribute.Ints("strides", 2, 2));
            var parts = n.Graph.Nodes("Split", "split", 2, [pooled, n.Graph.Int64s("sizes", 4, 4)], NodeAttribute.Int("axis", 1));
            var large = n.Graph.Node("Resize", "large", [parts[1], "", n.Graph.Constant("scales", TensorData.Floats([4], [1, 1, 2, 2]))], NodeAttribute.Text("mode", "nearest"));
            return n.Graph.Node("Add", "sum", [n.Conv(large, "b", 4, 4, 3), n.Conv(n.Graph.Node("Resize", "other", [parts[0], "", "scales"], NodeAttribute.Text("mode", "nearest")), "c", 4, 4, 1)]);
        });
        var (graph, result) = SmallNetwork.Quantize(model, All, Pictures);
        var codes = graph.InputCodes(graph.Node("pool"), 0);
        foreach (var (name, input) in (IEnumerable<(string, int)>)[("split", 0), ("large", 0), ("other", 0), ("b", 0), ("c", 0)]) { Assert.Equal(codes, graph.InputCodes(graph.Node(name), input)); }
        Assert.Equal(2, result.Report.Quantized["Resize"]);
    }

    [Fact]
    public void Concat_OfPartsThatGoNowhereElse_SharesOneRange()
    {
        var model = SmallNetwork.Build([1, 3, 16, 16], (n, x) => n.Conv(n.Graph.Node("Concat", "cat",
            [n.Conv(x, "a", 3, 4, 3), n.Graph.Node("Relu", "relu", [n.Conv(x, "b", 3, 4, 3, scale: 3)])], NodeAttribute.Int("axis", 1)), "c", 8, 4, 1));
        var (graph, _) = SmallNetwork.Quantize(model, All, Pictures);
        var cat = graph.Node("cat");
        Assert.Equal(graph.InputCodes(cat, 0), graph.InputCodes(cat, 1));
        Assert.Equal(graph.InputCodes(graph.Node("c"), 0), graph.InputCodes(cat, 0));
    }

    [Fact]
    public void LightOperators_BetweenFloatOnes_StayFloat()
    {
        var model = SmallNetwork.Build([1, 3, 16, 16], (n, x) =>
            n.Conv(n.Graph.Node("Add", "sum", [n.Graph.Node("Sigmoid", "s", [x]), x]), "conv", 3, 4, 3));
        var (graph, _) = SmallNetwork.Quantize(model, All, Pictures);
        Assert.Equal("image", graph.Node("s").Input[0]);
        Assert.False(graph.IsRestored(graph.Node("sum"), 0));
    }

    [Fact]
    public void SharedWeights_OfNodesWithOtherInputs_AreCloned()
    {
        var model = SmallNetwork.Build([1, 3, 16, 16], (n, x) =>
        {
            var (w, b) = (n.Constant("w", 3, 3, 1, 1), n.Constant("b", 3));
            return n.Graph.Node("Conv", "second", [n.Graph.Node("Conv", "first", [x, w, b]), w, b]);
        });
        model.Graph.Node[1].Name = "second";
        var (graph, _) = SmallNetwork.Quantize(model, All, Pictures);
        var (first, second) = (graph.Node("first"), graph.Node("second"));
        Assert.NotEqual(first.Input[1], second.Input[1]);
        Assert.NotEqual(first.Input[2], second.Input[2]);
        // Each bias in units of its own input.
        Assert.Equal(graph.InputCodes(second, 0).Scale * TensorData.ToFloats(graph.Tensor(graph.Producer(second.Input[1])!.Input[1]))[0],
            TensorData.ToFloats(graph.Tensor(graph.Producer(second.Input[2])!.Input[1]))[0]);
    }

    [Fact]
    public void Gemm_AndMatMul_HaveOneScaleForEachOutput()
    {
        var model = SmallNetwork.Build([1, 3, 16, 16], (n, x) =>
        {
            var flat = n.Graph.Node("Flatten", "flat", [n.Conv(x, "conv", 3, 2, 3)], NodeAttribute.Int("axis", 1));
            var gemm = n.Graph.Node("Gemm", "gemm", [flat, n.Constant("gw", 6, 512), n.Constant("gb", 6)], NodeAttribute.Int("transB", 1));
            return n.Graph.Node("MatMul", "product", [gemm, n.Constant("mw", 6, 5)]);
        });
        model.Graph.Node[^1].Name = "product";
        var (graph, _) = SmallNetwork.Quantize(model, All, Pictures);
        var (gemmWeight, productWeight) = (graph.Producer(graph.Node("gemm").Input[1])!, graph.Producer(graph.Node("product").Input[1])!);
        Assert.Equal((0L, 6L), (gemmWeight.Attribute("axis"), graph.Tensor(gemmWeight.Input[1]).Dims[0]));
        Assert.Equal((1L, 5L), (productWeight.Attribute("axis"), graph.Tensor(productWeight.Input[1]).Dims[0]));
    }

    [Fact]
    public void SixteenBits_OnTheCpu_AreRefused()
    {
        var model = SmallNetwork.Build([1, 3, 16, 16], (n, x) => n.Conv(x, "conv", 3, 8, 3));
        var error = Assert.Throws<ModelToolsException>(() => SmallNetwork.Open(model, All with { Activations = ActivationType.UInt16 }, Pictures));
        Assert.Contains("UInt8", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Twice_GivesTheSameBytes()
    {
        var model = SmallNetwork.Build([1, 3, 16, 16], (n, x) => n.Conv(n.Relu6(n.Conv(x, "a", 3, 8, 3)), "b", 8, 4, 1));
        Assert.Equal(SmallNetwork.Open(model, All, Pictures).Write().Model, SmallNetwork.Open(model, All, Pictures).Write().Model);
    }

    [Fact]
    public void QuantizedModel_AsInput_IsRefused()
    {
        var once = SmallNetwork.Open(SmallNetwork.Build([1, 3, 16, 16], (n, x) => n.Conv(x, "a", 3, 8, 3)), All, Pictures).Write();
        var error = Assert.Throws<ModelToolsException>(() => Quantizer.Open(once.Model, "twice.onnx", All, SmallNetwork.Runner, Pictures[0]));
        Assert.Contains("quantized already", error.Message, StringComparison.Ordinal);
    }
}
