using EdgePose.ModelTools;
using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.ModelTools.Quantization.Numbers;
using EdgePose.ModelTools.Quantization.Preparation;
using EdgePose.ModelTools.Quantization.Settings;
using Google.Protobuf;
using Xunit;

namespace EdgePose.Tests.ModelTools.Quantization.Preparation;

/// <summary>Every preparation leaves the outputs as they were.</summary>
public sealed class PreparationStepsTests
{
    private static readonly GraphInput Picture = SmallNetwork.Pictures(1, 1, 3, 12, 8)[0];

    [Fact]
    public void Cleanup_ConstantsAndIdentities_AreGone()
    {
        var model = SmallNetwork.Build([1, 3, 12, 8], (n, x) =>
        {
            var constant = n.Graph.Node("Constant", "c", [], new AttributeProto { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = TensorData.Floats([3, 1, 1], [1, 2, 3]) });
            var shared = n.Graph.Node("Identity", "shared", [constant]);
            var a = n.Graph.Node("Add", "a", [x, constant]);
            return n.Graph.Node("Identity", "last", [n.Graph.Node("Dropout", "d", [n.Graph.Node("Mul", "m", [a, shared])])]);
        });
        var clean = model.Clone();
        Cleanup.Apply(clean.Graph);
        Assert.Equal(["Add", "Mul"], clean.Graph.Node.Select(n => n.OpType));
        Assert.Equal("y", clean.Graph.Output[0].Name);
        SmallNetwork.AssertSame(model, clean, Picture);
    }

    [Fact]
    public void Cleanup_NamelessNodes_GetDifferentNames()
    {
        var model = SmallNetwork.Build([1, 3, 12, 8], (n, x) => n.Graph.Node("Relu", "b", [n.Graph.Node("Relu", "a", [x])]));
        foreach (var node in model.Graph.Node) { node.Name = ""; }
        Cleanup.Apply(model.Graph);
        Assert.Equal(2, model.Graph.Node.Select(n => n.Name).Distinct().Count(n => n.Length > 0));
    }

    [Theory]
    [InlineData("norm")]
    [InlineData("add")]
    [InlineData("mul")]
    [InlineData("sub")]
    [InlineData("grouped")]
    public void ConvolutionFolding_PerChannelFollower_GoesIntoTheWeights(string follower)
    {
        var model = SmallNetwork.Build([1, 3, 12, 8], (n, x) =>
        {
            var c = n.Conv(x, "conv", 3, 6, 3, groups: follower == "grouped" ? 3 : 1, bias: follower != "add");
            return follower switch
            {
                "norm" or "grouped" => n.Norm(c, 6),
                "add" => n.Graph.Node("Add", "add", [c, n.Constant("offset", 1, 6, 1, 1)]),
                "sub" => n.Graph.Node("Sub", "sub", [c, n.Constant("offset", 6, 1, 1)]),
                _ => n.Graph.Node("Mul", "mul", [n.Constant("factor", 6, 1, 1), c]),
            };
        });
        var folded = model.Clone();
        ConvolutionFolding.Apply(folded.Graph);
        Assert.Equal(["Conv"], folded.Graph.Node.Select(n => n.OpType));
        SmallNetwork.AssertSame(model, folded, Picture);
    }

    [Fact]
    public void ConvolutionFolding_ConstantThatIsNotPerChannel_Stays()
    {
        var model = SmallNetwork.Build([1, 3, 12, 8], (n, x) => n.Graph.Node("Add", "add", [n.Conv(x, "conv", 3, 8, 3), n.Constant("row", 1, 1, 1, 8)]));
        var folded = model.Clone();
        ConvolutionFolding.Apply(folded.Graph);
        Assert.Equal(["Conv", "Add"], folded.Graph.Node.Select(n => n.OpType));
    }

    [Fact]
    public void ConvolutionFolding_NormBehindTheSumOfTwoTransposed_GoesIntoBoth()
    {
        var model = SmallNetwork.Build([1, 3, 12, 8], (n, x) => n.Norm(n.Graph.Node("Add", "sum",
            [n.Transposed(x, "left", 3, 5, 4, 2, 1, bias: false), n.Transposed(n.Conv(x, "c", 3, 4, 1), "right", 4, 5, 4, 2, 1, bias: false)]), 5));
        var folded = model.Clone();
        ConvolutionFolding.Apply(folded.Graph);
        Assert.DoesNotContain(folded.Graph.Node, n => n.OpType == "BatchNormalization");
        SmallNetwork.AssertSame(model, folded, Picture);
    }

    [Theory]
    [InlineData(4, 2, 1, 0, true)]
    [InlineData(2, 2, 0, 0, false)]
    [InlineData(3, 2, 1, 1, true)]
    [InlineData(3, 2, 0, 0, true)]
    [InlineData(5, 3, 1, 0, true)]
    [InlineData(4, 4, 0, 0, true)]
    [InlineData(2, 3, 0, 1, true)]
    public void TransposedConvolution_AnyGeometry_BecomesAConvolution(int kernel, int stride, int pad, int outputPadding, bool bias)
    {
        var model = SmallNetwork.Build([-1, 3, -1, -1], (n, x) =>
            n.Graph.Node("Relu", "relu", [n.Transposed(x, "up", 3, 5, kernel, stride, pad, bias, NodeAttribute.Ints("output_padding", outputPadding, outputPadding))]));
        var rewritten = model.Clone();
        TransposedConvolution.Apply(rewritten.Graph);
        Assert.DoesNotContain(rewritten.Graph.Node, n => n.OpType == "ConvTranspose");
        SmallNetwork.AssertSame(model, rewritten, [Picture, SmallNetwork.Pictures(1, 2, 3, 5, 9)[0]]);
    }

    [Fact]
    public void TransposedConvolution_SumOfTwo_BecomesOneConvolution()
    {
        var model = SmallNetwork.Build([-1, 3, -1, -1], (n, x) => n.Graph.Node("Relu", "relu", [n.Graph.Node("Add", "sum",
            [n.Transposed(x, "left", 3, 5, 4, 2, 1), n.Transposed(n.Conv(x, "c", 3, 4, 1), "right", 4, 5, 4, 2, 1, bias: false)])]));
        var rewritten = model.Clone();
        TransposedConvolution.Apply(rewritten.Graph);
        Assert.Equal(2, rewritten.Graph.Node.Count(n => n.OpType == "Conv"));
        SmallNetwork.AssertSame(model, rewritten, [Picture, SmallNetwork.Pictures(1, 2, 3, 5, 9)[0]]);
    }

    [Fact]
    public void TransposedConvolution_GroupsOrDilations_Stay()
    {
        var model = SmallNetwork.Build([1, 4, 6, 6], (n, x) => n.Graph.Node("ConvTranspose", "up", [x, n.Constant("w", 4, 1, 4, 4)],
            NodeAttribute.Int("group", 4), NodeAttribute.Ints("strides", 2, 2)));
        TransposedConvolution.Apply(model.Graph);
        Assert.Equal(["ConvTranspose"], model.Graph.Node.Select(n => n.OpType));
    }

    [Fact]
    public void OpsetLift_ElevenToThirteen_MovesAttributesToInputs()
    {
        var model = SmallNetwork.Build([1, 3, 12, 8], (n, x) =>
        {
            var parts = n.Graph.Nodes("Split", "split", 2, [x], NodeAttribute.Int("axis", 2), NodeAttribute.Ints("split", 4, 8));
            var sum = n.Graph.Node("ReduceSum", "sum", [parts[1]], NodeAttribute.Ints("axes", 2), NodeAttribute.Int("keepdims", 1));
            var flat = n.Graph.Node("Squeeze", "flat", [sum], NodeAttribute.Ints("axes", 2));
            var soft = n.Graph.Node("Softmax", "soft", [flat], NodeAttribute.Int("axis", 2));
            return n.Graph.Node("Mul", "mul", [parts[0], n.Graph.Node("Unsqueeze", "back", [soft], NodeAttribute.Ints("axes", 2))]);
        }, opset: 11);
        var lifted = model.Clone();
        OpsetLift.Apply(lifted, TensorFacts.Find(model, "test", SmallNetwork.Runner, Picture), "test");
        Assert.Equal(13, OpsetLift.Version(lifted));
        SmallNetwork.AssertSame(model, lifted, Picture);
    }

    [Fact]
    public void OpsetLift_FlatteningSoftmax_IsRefusedByName()
    {
        var model = SmallNetwork.Build([1, 3, 12, 8], (n, x) => n.Graph.Node("Softmax", "over.all", [x], NodeAttribute.Int("axis", 1)), opset: 11);
        var error = Assert.Throws<ModelToolsException>(() => OpsetLift.Apply(model, TensorFacts.Find(model, "test", SmallNetwork.Runner, Picture), "net.onnx"));
        Assert.Contains("over.all", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpsetLift_SetTen_IsRefused()
    {
        var model = SmallNetwork.Build([1, 3, 12, 8], (n, x) => n.Graph.Node("Relu", "r", [x]), opset: 10);
        Assert.Throws<ModelToolsException>(() => SmallNetwork.Open(model, new QuantizationSettings(), [Picture]));
    }

    [Fact]
    public void ConstantFolding_PackedWeights_BecomeInitializers()
    {
        var model = SmallNetwork.Build([1, 3, 12, 8], (n, x) =>
        {
            var tiled = n.Graph.Node("Tile", "tile", [n.Constant("noise", 24), n.Graph.Int64s("times", 3)]);
            var weight = n.Graph.Node("Mul", "scaled", [n.Graph.Node("Reshape", "shaped", [tiled, n.Graph.Int64s("dims", 8, 3, 3, 1)]), n.Graph.Scalar("half", 0.5f)]);
            return n.Graph.Node("Conv", "conv", [x, weight]);
        });
        var folded = model.Clone();
        ConstantFolding.Apply(folded, "test", SmallNetwork.Runner, Picture);
        Assert.Equal(["Conv"], folded.Graph.Node.Select(n => n.OpType));
        SmallNetwork.AssertSame(model, folded, Picture);
    }

    [Fact]
    public void GemmForm_AlphaAndBeta_GoIntoTheConstants()
    {
        var model = SmallNetwork.Build([2, 6], (n, x) => n.Graph.Node("Gemm", "fc", [x, n.Constant("w", 4, 6), n.Constant("b", 4)],
            NodeAttribute.Float("alpha", 0.5f), NodeAttribute.Float("beta", 3), NodeAttribute.Int("transB", 1)));
        var folded = model.Clone();
        GemmForm.Apply(folded.Graph);
        Assert.DoesNotContain(folded.Graph.Node[0].Attribute, a => a.Name is "alpha" or "beta");
        SmallNetwork.AssertSame(model, folded, SmallNetwork.Pictures(1, 2, 6)[0]);
    }

    [Theory]
    [InlineData("ReduceL2")]
    [InlineData("Squares")]
    [InlineData("Product")]
    public void LpNormalization_ScaleNorm_BecomesOneOperatorAndAFactor(string form)
    {
        var model = SmallNetwork.Build([1, 5, 16], (n, x) =>
        {
            var norm = form switch
            {
                "ReduceL2" => n.Graph.Node("ReduceL2", "l2", [x], NodeAttribute.Ints("axes", -1)),
                "Squares" => n.Graph.Node("Pow", "root", [n.Graph.Node("ReduceSum", "sum", [n.Graph.Node("Pow", "square", [n.Graph.Node("Abs", "abs", [x]),
                    n.Graph.Scalar("two", 2)]), n.Graph.Int64s("axes", -1)]), n.Graph.Scalar("half", 0.5f)]),
                _ => n.Graph.Node("Sqrt", "root", [n.Graph.Node("ReduceSum", "sum", [n.Graph.Node("Mul", "square", [x, x]), n.Graph.Int64s("axes", -1)])]),
            };
            var bounded = n.Graph.Node("Clip", "bounded", [n.Graph.Node("Mul", "scaled", [norm, n.Graph.Scalar("s", 0.25f)]), n.Graph.Scalar("eps", 1e-5f)]);
            return n.Graph.Node("Mul", "gained", [n.Graph.Node("Div", "div", [x, bounded]), n.Graph.Constant("g", TensorData.Floats([1], [1.5f]))]);
        });
        var fused = model.Clone();
        Assert.Equal(1, LpNormalization.Apply(fused.Graph));
        Assert.Equal(["LpNormalization", "Mul"], fused.Graph.Node.Select(n => n.OpType));
        SmallNetwork.AssertSame(model, fused, SmallNetwork.Pictures(1, 1, 5, 16)[0]);
    }

    [Fact]
    public void LpNormalization_DivisionByAnotherNorm_Stays()
    {
        var model = SmallNetwork.Build([1, 5, 16], (n, x) => n.Graph.Node("Div", "div", [n.Graph.Node("Relu", "r", [x]), n.Graph.Node("ReduceL2", "l2", [x], NodeAttribute.Ints("axes", -1))]));
        Assert.Equal(0, LpNormalization.Apply(model.Graph));
    }

    [Fact]
    public void TensorFacts_MixedGraph_KnowsShapesAndTypes()
    {
        var model = SmallNetwork.Build([-1, 3, -1, -1], (n, x) =>
            n.Graph.Node("Reshape", "flat", [n.Conv(x, "conv", 3, 4, 3, stride: 2), n.Graph.Node("Concat", "target", [n.Graph.Node("Shape", "shape", [x]), n.Graph.Int64s("rest", -1)], NodeAttribute.Int("axis", 0))]));
        model.Graph.Node[^1].Input[1] = "shape";
        model.Graph.Node[^1].Input[0] = "image";
        GraphEdit.RemoveDead(model.Graph);
        var facts = TensorFacts.Find(model, "test", SmallNetwork.Runner, Picture);
        Assert.Equal([1, 3, 12, 8], facts.Shape("y")!);
        Assert.True(facts.IsFloat("y"));
        Assert.False(facts.IsFloat("shape"));
        Assert.True(facts.IsFloat("image"));
    }

    [Fact]
    public void Groups_SmallBudget_CutsTheRuns()
    {
        var model = SmallNetwork.Build([1, 3, 12, 8], (n, x) => n.Conv(n.Conv(n.Conv(x, "a", 3, 4, 1), "b", 4, 4, 1), "c", 4, 4, 1));
        var facts = TensorFacts.Find(model, "test", SmallNetwork.Runner, Picture);
        Assert.Equal([["a", "b"], ["y"]], facts.Groups(["a", "b", "y"], budget: 2 * 4 * 12 * 8 * sizeof(float)));
    }

    [Fact]
    public void Equalization_UnevenChannelsThroughASum_AreEvenedOutAndOutputsStay()
    {
        var model = SmallNetwork.Build([1, 3, 12, 8], (n, x) =>
        {
            var first = n.Graph.Node("Mul", "uneven", [n.Conv(x, "a", 3, 6, 1), n.Graph.Constant("sizes", TensorData.Floats([1, 6, 1, 1], [1, 100, 1, 0.01f, 1, 10]))]);
            var block = n.Conv(n.Relu6(n.Conv(first, "b", 6, 12, 1)), "c", 12, 6, 1);
            var sum = n.Graph.Node("Add", "sum", [first, block]);
            return n.Graph.Node("Add", "out", [n.Conv(n.Graph.Node("Relu", "relu", [sum]), "d", 6, 4, 3), n.Conv(n.Graph.Node("MaxPool", "pool", [sum],
                NodeAttribute.Ints("kernel_shape", 3, 3), NodeAttribute.Ints("pads", 1, 1, 1, 1)), "e", 6, 4, 1)]);
        });
        var even = model.Clone();
        ConvolutionFolding.Apply(even.Graph);
        var equalization = new Equalization(new GraphView(even.Graph), TensorFacts.Find(even, "test", SmallNetwork.Runner, Picture));
        Assert.Contains("sum", equalization.Wanted);
        // What Relu6 limits, and the output, are no longer free.
        Assert.DoesNotContain(equalization.Wanted, v => v is "b" or "b.relu6" or "y" or "out");
        var ranges = Ranges(even, equalization.Wanted);
        Assert.True(equalization.Apply(ranges) > 0);
        SmallNetwork.AssertSame(model, even, Picture);
        var (uneven, evened) = (Unevenness(ranges["sum"]), Unevenness(Ranges(even, ["sum"])["sum"]));
        Assert.True(evened < 3 && evened < uneven / 5, $"largest over smallest channel: {uneven} before, {evened} after");
    }

    private static float Unevenness(ValueRange[] channels) => channels.Max(Size) / channels.Min(Size);

    private static float Size(ValueRange range) => Math.Max(Math.Abs(range.Min), Math.Abs(range.Max));

    private static Dictionary<string, ValueRange[]> Ranges(ModelProto model, IReadOnlyList<string> values) =>
        SmallNetwork.Run(TensorFacts.WithOutputs(model, values), Picture).ToDictionary(o => o.Key,
            o => o.Value.Values.Chunk((int)(o.Value.Shape[2] * o.Value.Shape[3])).Select(c => ValueRange.Of(c)).ToArray());
}
