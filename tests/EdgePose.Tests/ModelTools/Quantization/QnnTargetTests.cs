using EdgePose.ModelTools;
using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.ModelTools.Quantization.Rules;
using EdgePose.ModelTools.Quantization.Settings;
using Google.Protobuf;
using Xunit;

namespace EdgePose.Tests.ModelTools.Quantization;

/// <summary>The rules for Qualcomm's QNN, one by one.</summary>
public sealed class QnnTargetTests
{
    private static readonly QuantizationSettings Settings = new() { Target = QuantizationTarget.Qnn };
    private static readonly QuantizationSettings All = Settings with { Include = ["*"] };
    private static readonly IReadOnlyList<GraphInput> Pictures = SmallNetwork.Pictures(4, 1, 3, 16, 16);

    [Fact]
    public void OpenDimensions_AreFixedToTheCalibrationInputs()
    {
        var (graph, _) = SmallNetwork.Quantize(SmallNetwork.Build([-1, 3, -1, -1], (n, x) => n.Conv(x, "conv", 3, 8, 3, stride: 2)), All, Pictures);
        Assert.Equal([1L, 3, 16, 16], Dims(graph.Input[0]));
        Assert.Equal([1L, 8, 8, 8], Dims(graph.Output[0]));
    }

    [Fact]
    public void InputShape_InTheSettings_Wins()
    {
        var model = SmallNetwork.Build([-1, 3, -1, -1], (n, x) => n.Conv(x, "conv", 3, 8, 3));
        var quantizer = Quantizer.Open(model.ToByteArray(), "net.onnx", All with { InputShape = [1, 3, 24, 32] }, SmallNetwork.Runner, Pictures[0]);
        quantizer.Calibrate(SmallNetwork.Pictures(2, 1, 3, 24, 32), null, CancellationToken.None);
        Assert.Equal([1L, 8, 24, 32], Dims(OnnxModel.Parse(quantizer.Write().Model, "q").Graph.Output[0]));
    }

    [Fact]
    public void InputShape_ThatContradictsTheFile_IsAnError()
    {
        var model = SmallNetwork.Build([1, 3, 16, 16], (n, x) => n.Conv(x, "conv", 3, 8, 3));
        Assert.Throws<ModelToolsException>(() => SmallNetwork.Open(model, All with { InputShape = [1, 3, 32, 32] }, Pictures));
    }

    [Fact]
    public void Activations_AreUnsignedBytesWithAsymmetricZero()
    {
        var (graph, _) = SmallNetwork.Quantize(Network(), All, Pictures);
        var input = graph.Producer(graph.Node("a").Input[0])!;
        Assert.Equal((int)ElementType.UInt8, graph.Tensor(input.Input[2]).DataType);
        Assert.InRange(graph.Codes(input).Zero, 120, 136);
        Assert.DoesNotContain(graph.Node, n => n.Domain.Length > 0);
    }

    [Fact]
    public void SixteenBitActivations_UseOnnxRuntimesOperatorSet()
    {
        var model = SmallNetwork.Open(Network(), All with { Activations = ActivationType.UInt16 }, Pictures).Write();
        var proto = OnnxModel.Parse(model.Model, "q");
        var pair = proto.Graph.Node.First(n => n.OpType == "QuantizeLinear");
        Assert.Equal(("com.microsoft", (int)ElementType.UInt16), (pair.Domain, proto.Graph.Tensor(pair.Input[2]).DataType));
        Assert.Equal(1, proto.OpsetImport.Single(o => o.Domain == "com.microsoft").Version);
    }

    [Fact]
    public void SixteenBitActivations_OfOperatorSet21_UseTheStandardOnes()
    {
        var model = SmallNetwork.Build([1, 3, 16, 16], (n, x) => n.Conv(x, "conv", 3, 8, 3), opset: 21);
        model.IrVersion = 10;
        var proto = OnnxModel.Parse(SmallNetwork.Open(model, All with { Activations = ActivationType.UInt16 }, Pictures).Write().Model, "q");
        Assert.All(proto.Graph.Node, n => Assert.Equal("", n.Domain));
        Assert.Single(proto.OpsetImport);
    }

    [Fact]
    public void SensitiveGroups_GetSixteenBitsBehindAConversion()
    {
        var (graph, result) = SmallNetwork.Quantize(Network(), Settings, Pictures);
        // The stem and the head are wide, what lies between is narrow.
        Assert.Equal((int)ElementType.UInt16, TypeAt(graph, "a", 0));
        Assert.Equal((int)ElementType.UInt8, TypeAt(graph, "b", 0));
        Assert.Equal((int)ElementType.UInt16, TypeAt(graph, "last", 0));
        Assert.Equal((int)ElementType.Int8, TypeAt(graph, "last", 1));
        Assert.Equal((int)ElementType.Int32, TypeAt(graph, "last", 2));
        Assert.Empty(result.Report.Float);
    }

    [Fact]
    public void SigmoidAndTanh_InSixteenBits_HaveTheCodesThatQnnDemands()
    {
        var model = SmallNetwork.Build([1, 3, 16, 16], (n, x) => (IReadOnlyList<(string, string)>)
        [
            ("s", n.Graph.Node("Sigmoid", "sigmoid", [n.Conv(x, "a", 3, 8, 3)])), ("t", n.Graph.Node("Tanh", "tanh", [n.Conv(x, "b", 3, 8, 3)])),
        ]);
        var (graph, _) = SmallNetwork.Quantize(model, All with { Activations = ActivationType.UInt16 }, Pictures);
        Assert.Equal((1f / 65536, 0), graph.Codes(graph.Producer("s")!));
        Assert.Equal((1f / 32768, 32768), graph.Codes(graph.Producer("t")!));
    }

    [Fact]
    public void ConvTranspose_IsQuantizedAlongItsOutputs()
    {
        var (graph, _) = SmallNetwork.Quantize(SmallNetwork.Build([1, 3, 16, 16], (n, x) => n.Conv(n.Transposed(n.Conv(x, "a", 3, 8, 3), "up", 8, 5, 4, 2, 1), "b", 5, 4, 3)), All, Pictures);
        var weight = graph.Producer(graph.Node("up").Input[1])!;
        Assert.Equal((1L, 5L), (weight.Attribute("axis"), graph.Tensor(weight.Input[1]).Dims[0]));
    }

    [Fact]
    public void ConvTranspose_WithGroups_HasOneScale()
    {
        var model = SmallNetwork.Build([1, 3, 16, 16], (n, x) => n.Graph.Node("ConvTranspose", "up", [n.Conv(x, "a", 3, 8, 3), n.Constant("w", 8, 3, 4, 4), n.Constant("b", 6)],
            NodeAttribute.Int("group", 2), NodeAttribute.Ints("strides", 2, 2)));
        model.Graph.Node[^1].Name = "up";
        var (graph, result) = SmallNetwork.Quantize(model, All, Pictures);
        Assert.Empty(graph.Tensor(graph.Producer(graph.Node("up").Input[1])!.Input[1]).Dims);
        Assert.Empty(graph.Tensor(graph.Producer(graph.Node("up").Input[2])!.Input[1]).Dims);
        Assert.All(Fidelity.Compare(SmallNetwork.Runner, model.ToByteArray(), result.Model, Pictures), f => Assert.InRange(f.SignalToNoiseDb, 25, 80));
    }

    [Fact]
    public void Products_HaveOneScale()
    {
        var model = SmallNetwork.Build([1, 4, 6], (n, x) => n.Graph.Node("MatMul", "product", [x, n.Constant("w", 6, 5)]));
        model.Graph.Node[^1].Name = "product";
        var (graph, _) = SmallNetwork.Quantize(model, All, SmallNetwork.Pictures(2, 1, 4, 6));
        Assert.Empty(graph.Tensor(graph.Producer(graph.Node("product").Input[1])!.Input[1]).Dims);
    }

    [Fact]
    public void NonMaxSuppression_IsRefusedByName()
    {
        var model = SmallNetwork.Build([1, 3, 16, 16], (n, x) =>
        {
            var boxes = n.Graph.Node("Reshape", "boxes", [n.Conv(x, "a", 3, 4, 3), n.Graph.Int64s("b", 1, 256, 4)]);
            var scores = n.Graph.Node("Reshape", "scores", [n.Conv(x, "s", 3, 1, 3), n.Graph.Int64s("c", 1, 1, 256)]);
            return n.Graph.Node("Cast", "cast", [n.Graph.Node("NonMaxSuppression", "nms", [boxes, scores, n.Graph.Int64s("most", 5)])], NodeAttribute.Int("to", (long)ElementType.Float));
        });
        var error = Assert.Throws<ModelToolsException>(() => SmallNetwork.Open(model, All, Pictures));
        Assert.Contains("NonMaxSuppression ('nms')", error.Message, StringComparison.Ordinal);
        Assert.Contains("without NMS", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Graph_OnTheCpu_AgreesWithFloat()
    {
        foreach (var settings in (QuantizationSettings[])[All, Settings, All with { Activations = ActivationType.UInt16 }])
        {
            var model = SmallNetwork.Open(Network(), settings, Pictures).Write().Model;
            Assert.All(Fidelity.Compare(SmallNetwork.Runner, Network().ToByteArray(), model, Pictures), f => Assert.InRange(f.SignalToNoiseDb, 25, 90));
            Assert.All(OnnxModel.Parse(model, "q").Graph.Node, n => Assert.Contains(n.OpType, QnnOperators.Supported));
        }
    }

    private static ModelProto Network()
    {
        var model = SmallNetwork.Build([1, 3, 16, 16], (n, x) => n.Conv(n.Relu6(n.Conv(n.Conv(x, "a", 3, 8, 3), "b", 8, 8, 3)), "last", 8, 4, 1));
        model.Graph.Node[^1].Name = "last";
        return model;
    }

    private static int TypeAt(GraphProto graph, string node, int input) => graph.Tensor(graph.Producer(graph.Node(node).Input[input])!.Input[2]).DataType;

    private static long[] Dims(ValueInfoProto value) => [.. value.Type.TensorType.Shape.Dim.Select(d => d.HasDimValue ? d.DimValue : -1)];
}
