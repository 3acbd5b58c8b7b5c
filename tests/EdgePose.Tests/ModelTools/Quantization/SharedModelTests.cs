using System.Runtime.InteropServices;
using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.ModelTools.Quantization.Preparation;
using EdgePose.ModelTools.Quantization.Rules;
using EdgePose.ModelTools.Quantization.Settings;
using EdgePose.TestSupport;
using Xunit;

namespace EdgePose.Tests.ModelTools.Quantization;

/// <summary>Real graphs, with random or trained weights, for every target. A few small inputs: accuracy is measured elsewhere.</summary>
public sealed class SharedModelTests
{
    private const string DwPose = "models/random/dwpose-t-random.onnx";
    private static readonly string[] Sensitive = ["/head/final_layer/Conv", "/head/mlp/mlp.1/MatMul", "/head/gau/uv/MatMul", "/head/gau/o/MatMul", "/head/cls_x/MatMul", "/head/cls_y/MatMul"];

    /// <summary>
    /// Signal to noise of the SimCC outputs. Random weights do not damp the rounding of a backbone in 8 bits as trained ones do, so the bound
    /// only says that signal is left (measured: CPU 3.9 dB, TensorRT 1.7 dB): what a trained network loses is for the quantize verb to measure.
    /// </summary>
    private const double LeastDecibels = 1;

    [Theory]
    [InlineData(QuantizationTarget.Cpu)]
    [InlineData(QuantizationTarget.TensorRt)]
    public void DwPose_FloatTargets_KeepTheHeadInFloat(QuantizationTarget target)
    {
        var (quantizer, graph) = Quantize(DwPose, target);
        Assert.All(Sensitive, name => Assert.True(graph.IsConstant(graph.Node(name).Input[1]) && !graph.IsRestoredPair(graph.Node(name)), $"{name} is quantized"));
        // Everything before the head, but for the first convolution, is quantized.
        var report = quantizer.Write().Report;
        Assert.True(report.Quantized["Conv"] >= 35, $"{report.Quantized["Conv"]} convolutions are quantized");
        if (target == QuantizationTarget.TensorRt)
        {
            Assert.All(graph.Of("QuantizeLinear", "DequantizeLinear"), n => Assert.All(QdqGraphs.ZeroPoints(graph.Tensor(n.Input[2])), z => Assert.Equal(0, z)));
        }
    }

    [Fact]
    public void DwPose_Qnn_HasFixedShapesKnownOperatorsAndASixteenBitHead()
    {
        var (_, graph) = Quantize(DwPose, QuantizationTarget.Qnn);
        Assert.All(graph.Input.Concat(graph.Output), v => Assert.All(v.Type.TensorType.Shape.Dim, d => Assert.True(d.HasDimValue && d.DimValue > 0, $"{v.Name} has an open dimension")));
        Assert.Equal(2, graph.Of("LpNormalization").Count());
        Assert.Empty(graph.Of("ReduceL2", "Pow"));
        Assert.All(Sensitive, name => Assert.Equal((int)ElementType.UInt16, graph.Tensor(graph.Producer(graph.Node(name).Input[0])!.Input[2]).DataType));
        // Shapes are computed from fixed ones: the runtime folds them.
        Assert.All(graph.Node.Where(n => n.Input.Count > 0 && graph.Producer(n.Input[0])?.OpType != "Shape" && n.OpType != "Shape"),
            n => Assert.True(QnnOperators.Supported.Contains(n.OpType), $"{n.Name} is {n.OpType}"));
    }

    [Fact]
    public void DwPose_AllTargets_AgreeWithFloatOnTheCpu()
    {
        foreach (var target in Enum.GetValues<QuantizationTarget>())
        {
            var (quantizer, _) = Quantize(DwPose, target);
            var fidelity = Fidelity.Compare(SmallNetwork.Runner, File.ReadAllBytes(Repo.Shared(DwPose)), quantizer.Write().Model, Golden());
            Assert.Equal(["simcc_x", "simcc_y"], fidelity.Select(f => f.Output));
            Assert.All(fidelity, f => Assert.True(f.SignalToNoiseDb >= LeastDecibels, $"{target} {f}"));
        }
    }

    [Fact]
    public void LitePose_Cpu_LeavesNothingInFloatBetweenStemAndHeads()
    {
        var (quantizer, graph) = Quantize("models/litepose-m-crowdpose.onnx", QuantizationTarget.Cpu, 1, 3, 128, 128);
        Assert.Equal(["stem", "stage.0", "stage.1", "stage.2", "stage.3", "deconv.0", "deconv.1", "head.0", "deconv.2", "head.1"], quantizer.Groups.Select(g => g.Name));
        Assert.Equal(["stem", "head.0", "head.1"], quantizer.Groups.Where(g => g.KeptFloat.Length > 0).Select(g => g.Name));
        Assert.Empty(graph.Of("ConvTranspose"));
        var residual = Residuals.Count(SmallNetwork.Runner, quantizer.Write().Model, "litepose");
        Assert.Equal(0, residual.FloatIslands);
        Assert.InRange(residual.Quantize, 1, 3);
        Assert.InRange(residual.Dequantize, 1, 5);
        Assert.True(residual.Integer["QLinearConv"] >= 100, $"{residual.Integer["QLinearConv"]} convolutions are integer");
        Assert.Equal(30, residual.Integer["QLinearAdd"]);
    }

    [Fact]
    public void TinyPose_Cpu_HasNoSplitsShufflesOrDetoursLeft()
    {
        var (quantizer, graph) = Quantize("models/pp-tinypose-256x192.onnx", QuantizationTarget.Cpu, 1, 3, 256, 192);
        Assert.Empty(graph.Of("Split", "Concat", "Reshape"));
        // Only enlarging with interpolation needs float values.
        Assert.Equal(3, graph.Of("Resize").Count());
        var residual = Residuals.Count(SmallNetwork.Runner, quantizer.Write().Model, "tinypose");
        Assert.InRange(residual.FloatIslands, 0, 4);
        Assert.True(residual.Integer["QLinearConv"] >= 260, $"{residual.Integer["QLinearConv"]} convolutions are integer");
        Assert.Equal(52, residual.Integer["Gather"]);
    }

    /// <summary>The two inputs that the file's batch norms were made for.</summary>
    private static IReadOnlyList<GraphInput> Golden()
    {
        var values = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Repo.Shared("models/random/dwpose-t-random.golden.input.f32"))).ToArray();
        return [.. values.Chunk(values.Length / 2).Select(v => new GraphInput([1, 3, 256, 192], v))];
    }

    private static (Quantizer Quantizer, GraphProto Graph) Quantize(string file, QuantizationTarget target, params long[] shape)
    {
        var pictures = shape.Length > 0 ? SmallNetwork.Pictures(2, shape) : Golden();
        var quantizer = Quantizer.Open(File.ReadAllBytes(Repo.Shared(file)), file, new QuantizationSettings { Target = target }, SmallNetwork.Runner, pictures[0]);
        quantizer.Calibrate(pictures, null, CancellationToken.None);
        return (quantizer, OnnxModel.Parse(quantizer.Write().Model, file).Graph);
    }
}
