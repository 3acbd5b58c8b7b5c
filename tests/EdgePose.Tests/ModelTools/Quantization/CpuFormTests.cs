using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.ModelTools.Quantization.Numbers;
using EdgePose.ModelTools.Quantization.Preparation;
using EdgePose.ModelTools.Quantization.Settings;
using EdgePose.ModelTools.Quantization.Writing;
using Xunit;

namespace EdgePose.Tests.ModelTools.Quantization;

/// <summary>What is rewritten so that a CPU's integer kernels are fast and its eight bits are enough. Outputs stay as they were.</summary>
public sealed class CpuFormTests
{
    private static readonly GraphInput Picture = SmallNetwork.Pictures(1, 1, 3, 12, 8)[0];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ChannelSplits_ShuffleUnit_BecomesAChainOfConvolutions(bool workedFirst)
    {
        var model = SmallNetwork.Build([1, 3, 12, 8], (n, x) => n.Conv(Unit(n, Unit(n, Relu(n, n.Conv(x, "stem", 3, 10, 3)), "u", workedFirst), "v", workedFirst), "last", 10, 4, 1));
        var chain = model.Clone();
        Assert.Equal(2, ChannelSplits.Apply(chain.Graph));
        Assert.Empty(chain.Graph.Of("Split", "Concat", "Reshape", "Transpose"));
        Assert.Equal(8, chain.Graph.Of("Conv").Count());
        SmallNetwork.AssertSame(model, chain, Picture);
    }

    [Fact]
    public void ChannelSplits_PartsWithWorkOnBothSides_BecomeOneChain()
    {
        // The shape of a down-sampling unit: depth-wise and point-wise on one side, one point-wise more on the other.
        var model = SmallNetwork.Build([1, 3, 12, 8], (n, x) =>
        {
            var parts = n.Graph.Nodes("Split", "split", 2, [Relu(n, n.Conv(x, "stem", 3, 8, 3)), n.Graph.Int64s("sizes", 4, 4)], NodeAttribute.Int("axis", 1));
            var left = Relu(n, n.Conv(n.Conv(parts[0], "a", 4, 4, 3, stride: 2, groups: 4), "b", 4, 5, 1, bias: false));
            var right = Relu(n, n.Conv(n.Conv(Relu(n, n.Conv(parts[1], "c", 4, 6, 1)), "d", 6, 6, 3, stride: 2, groups: 6), "e", 6, 5, 1));
            return Shuffle(n, n.Graph.Node("Concat", "cat", [left, right], NodeAttribute.Int("axis", 1)), "mix", 10, 6, 4);
        });
        var chain = model.Clone();
        Assert.Equal(1, ChannelSplits.Apply(chain.Graph));
        Assert.Equal(["Conv", "Relu", "Conv", "Relu", "Conv", "Conv", "Relu"], chain.Graph.Node.Select(n => n.OpType));
        SmallNetwork.AssertSame(model, chain, Picture);
    }

    [Theory]
    [InlineData("signed")]
    [InlineData("shared")]
    [InlineData("strided")]
    public void ChannelSplits_WhatAChainCannotDo_Stays(string why)
    {
        var model = SmallNetwork.Build([1, 3, 12, 8], (n, x) =>
        {
            var made = n.Conv(x, "stem", 3, 8, 3);
            var parts = n.Graph.Nodes("Split", "split", 2, [why == "signed" ? made : Relu(n, made), n.Graph.Int64s("sizes", 4, 4)], NodeAttribute.Int("axis", 1));
            var worked = n.Conv(Relu(n, n.Conv(parts[1], "a", 4, 4, 1)), "b", 4, 4, why == "strided" ? 3 : 1);
            var joined = n.Graph.Node("Concat", "cat", [parts[0], Relu(n, worked)], NodeAttribute.Int("axis", 1));
            return why == "shared" ? n.Conv(n.Graph.Node("Concat", "all", [joined, worked], NodeAttribute.Int("axis", 1)), "last", 12, 3, 1) : joined;
        });
        Assert.Equal(0, ChannelSplits.Apply(model.Graph));
        Assert.Single(model.Graph.Of("Split"));
    }

    [Fact]
    public void DoubledSums_BehindAConvolution_GoIntoItsWeights()
    {
        var model = SmallNetwork.Build([1, 3, 12, 8], (n, x) =>
        {
            var made = Relu(n, n.Conv(x, "a", 3, 4, 3));
            return n.Conv(n.Graph.Node("Add", "twice", [made, made]), "b", 4, 4, 1);
        });
        var folded = model.Clone();
        DoubledSums.Apply(folded.Graph);
        Assert.Empty(folded.Graph.Of("Add"));
        SmallNetwork.AssertSame(model, folded, Picture);
    }

    [Fact]
    public void DoubledSums_OfWhatOthersSeeToo_Stay()
    {
        var model = SmallNetwork.Build([1, 3, 12, 8], (n, x) =>
        {
            var made = Relu(n, n.Conv(x, "a", 3, 4, 3));
            return n.Graph.Node("Sub", "less", [n.Graph.Node("Add", "twice", [made, made]), n.Conv(made, "b", 4, 4, 1)]);
        });
        DoubledSums.Apply(model.Graph);
        Assert.Single(model.Graph.Of("Add"));
    }

    [Fact]
    public void DepthwisePadding_BetweenPointwise_GivesChannelsInSixteens()
    {
        var model = SmallNetwork.Build([1, 3, 12, 8], (n, x) => n.Conv(n.Conv(Relu(n, n.Conv(x, "a", 3, 20, 1)), "b", 20, 20, 3, groups: 20), "c", 20, 5, 1));
        var padded = model.Clone();
        DepthwisePadding.Apply(padded.Graph);
        Assert.Equal((32L, 32L), (padded.Graph.Node("b").Attribute("group"), padded.Graph.Tensor(padded.Graph.Node("c").Input[1]).Dims[1]));
        SmallNetwork.AssertSame(model, padded, Picture);
        // A sum sees the channels too.
        var seen = SmallNetwork.Build([1, 3, 12, 8], (n, x) =>
        {
            var a = n.Conv(x, "a", 3, 20, 1);
            return n.Graph.Node("Add", "sum", [a, n.Conv(n.Conv(a, "b", 20, 20, 3, groups: 20), "c", 20, 20, 1)]);
        });
        DepthwisePadding.Apply(seen.Graph);
        Assert.Equal(20L, seen.Graph.Node("b").Attribute("group"));
    }

    [Theory]
    [InlineData("asymmetric", "floor", 2, true)]
    [InlineData("asymmetric", "floor", 4, true)]
    [InlineData("half_pixel", "round_prefer_floor", 3, true)]
    [InlineData("align_corners", "round_prefer_floor", 2, false)]
    public void NearestCopies_WholeFactors_PickRowsAndColumns(string transformation, string rounding, int factor, bool rewritten)
    {
        var model = SmallNetwork.Build([1, 3, 12, 8], (n, x) => n.Graph.Node("Resize", "large",
            [n.Conv(x, "a", 3, 4, 3), "", n.Graph.Constant("scales", TensorData.Floats([4], [1, 1, factor, factor]))], NodeAttribute.Text("mode", "nearest"),
            NodeAttribute.Text("coordinate_transformation_mode", transformation), NodeAttribute.Text("nearest_mode", rounding)));
        var copies = model.Clone();
        NearestCopies.Apply(copies.Graph, TensorFacts.Find(copies, "test", SmallNetwork.Runner, Picture));
        Assert.Equal(rewritten, !copies.Graph.Of("Resize").Any());
        SmallNetwork.AssertSame(model, copies, Picture);
    }

    [Fact]
    public void NearestCopies_OpenSizes_Stay()
    {
        var model = SmallNetwork.Build([1, 3, -1, -1], (n, x) => n.Graph.Node("Resize", "large",
            [x, "", n.Graph.Constant("scales", TensorData.Floats([4], [1, 1, 2, 2]))], NodeAttribute.Text("coordinate_transformation_mode", "asymmetric"), NodeAttribute.Text("nearest_mode", "floor")));
        NearestCopies.Apply(model.Graph, TensorFacts.Find(model, "test", SmallNetwork.Runner, Picture));
        Assert.Single(model.Graph.Of("Resize"));
    }

    [Fact]
    public void Equalization_BetweenUnpaddedConvolutions_TakesOffsetsOutToo()
    {
        var model = SmallNetwork.Build([1, 3, 12, 8], (n, x) =>
        {
            var shifted = n.Graph.Node("Add", "shifted", [n.Conv(x, "a", 3, 6, 3), n.Graph.Constant("offsets", TensorData.Floats([1, 6, 1, 1], [50, -20, 0, 3, 0.1f, -7]))]);
            return n.Conv(shifted, "b", 6, 4, 1);
        });
        var even = model.Clone();
        ConvolutionFolding.Apply(even.Graph);
        var equalization = new Equalization(new GraphView(even.Graph), TensorFacts.Find(even, "test", SmallNetwork.Runner, Picture));
        Assert.True(equalization.Apply(Ranges(even, equalization.Wanted)) > 0);
        SmallNetwork.AssertSame(model, even, Picture);
        Assert.All(Ranges(even, ["shifted"])["shifted"], r => Assert.True(Math.Abs(r.Min + 1 + (1 / 255f)) < 1e-3f && Math.Abs(r.Max - 1 + (1 / 255f)) < 1e-3f, $"{r}"));
    }

    [Fact]
    public void Equalization_WhatOnlyARectifierSees_DoesNotCount()
    {
        var model = SmallNetwork.Build([1, 3, 12, 8], (n, x) => n.Conv(Relu(n, n.Conv(x, "a", 3, 6, 3)), "b", 6, 4, 1));
        var wanted = new Equalization(new GraphView(model.Graph), TensorFacts.Find(model, "test", SmallNetwork.Runner, Picture)).Wanted;
        Assert.Equal([model.Graph.Node("b").Input[0]], wanted);
    }

    [Fact]
    public void WeightRounding_InputsThatGoTogether_LetErrorsCancel()
    {
        // Three inputs that are always equal: only the sum of the weights matters.
        double[] covariance = [1, 1, 1, 1, 1, 1, 1, 1, 1];
        float[] weights = [0.4f, 0.4f, 0.4f];
        int[] codes = [0, 0, 0];
        WeightRounding.Apply(weights, codes, covariance, 127);
        Assert.Equal(1, codes.Sum());
        // Independent inputs: the nearest codes are best.
        int[] nearest = [0, 1, -2];
        WeightRounding.Apply([0.4f, 0.6f, -2.2f], nearest, [1, 0, 0, 0, 1, 0, 0, 0, 1], 127);
        Assert.Equal([0, 1, -2], nearest);
    }

    [Fact]
    public void Quantizer_NetworkOfShuffleUnits_IsAllIntegerAndClose()
    {
        var pictures = SmallNetwork.Pictures(6, 1, 3, 16, 16);
        var model = SmallNetwork.Build([1, 3, 16, 16], (n, x) =>
        {
            var value = Relu(n, n.Conv(x, "stem", 3, 10, 3));
            foreach (var unit in (string[])["u", "v", "w"]) { value = Unit(n, value, unit, false, 16, 16); }
            return n.Conv(n.Conv(value, "a", 10, 10, 3), "last", 10, 4, 1);
        });
        QuantizationSettings all = new() { Include = ["*"] };
        var (plain, own) = (SmallNetwork.Open(model, all with { Equalize = false, BiasCorrection = false }, pictures).Write(), SmallNetwork.Open(model, all, pictures).Write());
        var residual = Residuals.Count(SmallNetwork.Runner, own.Model, "test");
        Assert.Equal((1, 1, 0), (residual.Quantize, residual.Dequantize, residual.FloatIslands));
        Assert.DoesNotContain("Transpose", residual.Float.Keys);
        var (before, after) = (Decibels(plain), Decibels(own));
        Assert.True(after > 25 && after > before + 1, $"{before} dB as it is, {after} dB evened out");

        double Decibels(QuantizedModel made) => Fidelity.Compare(SmallNetwork.Runner, Google.Protobuf.MessageExtensions.ToByteArray(model), made.Model, pictures)[0].SignalToNoiseDb;
    }

    [Fact]
    public void Quantizer_ConvolutionKeptInFloatBetweenQuantizedOnes_StaysFloatInTheRuntime()
    {
        var pictures = SmallNetwork.Pictures(2, 1, 3, 16, 16);
        var model = SmallNetwork.Build([1, 3, 16, 16], (n, x) => n.Conv(n.Conv(n.Conv(x, "a", 3, 16, 3), "b", 16, 16, 3), "c", 16, 4, 1));
        var made = SmallNetwork.Open(model, new QuantizationSettings { Include = ["*"], Exclude = ["b"] }, pictures).Write();
        var residual = Residuals.Count(SmallNetwork.Runner, made.Model, "test");
        Assert.Equal((2, 1), (residual.Integer["QLinearConv"], residual.Float.GetValueOrDefault("Conv")));
    }

    private static string Relu(SmallNetwork n, string value) => n.Graph.Node("Relu", $"{value}.relu", [value]);

    /// <summary>A unit of ShuffleNet V2 on 10 channels: 4 pass by.</summary>
    private static string Unit(SmallNetwork n, string input, string name, bool workedFirst, int height = 12, int width = 8)
    {
        var parts = n.Graph.Nodes("Split", $"{name}.split", 2, [input, workedFirst ? n.Graph.Int64s("six_four", 6, 4) : n.Graph.Int64s("four_six", 4, 6)], NodeAttribute.Int("axis", 1));
        var (passing, worked) = workedFirst ? (parts[1], parts[0]) : (parts[0], parts[1]);
        var a = Relu(n, n.Conv(worked, $"{name}.a", 6, 6, 1));
        var c = Relu(n, n.Conv(n.Conv(a, $"{name}.b", 6, 6, 3, groups: 6), $"{name}.c", 6, 6, 1, bias: false));
        var joined = n.Graph.Node("Concat", $"{name}.cat", [passing, c], NodeAttribute.Int("axis", 1));
        return Shuffle(n, joined, name, 10, height, width);
    }

    private static string Shuffle(SmallNetwork n, string value, string name, int channels, int height, int width)
    {
        var apart = n.Graph.Node("Reshape", $"{name}.apart", [value, n.Graph.Int64s($"{name}.five", 1, 2, channels / 2, height, width)]);
        var mixed = n.Graph.Node("Transpose", $"{name}.mixed", [apart], NodeAttribute.Ints("perm", 0, 2, 1, 3, 4));
        return n.Graph.Node("Reshape", $"{name}.joined", [mixed, n.Graph.Int64s($"{name}.four", 1, channels, height, width)]);
    }

    private static Dictionary<string, ValueRange[]> Ranges(ModelProto model, IReadOnlyList<string> values) =>
        SmallNetwork.Run(TensorFacts.WithOutputs(model, values), Picture).ToDictionary(o => o.Key,
            o => o.Value.Values.Chunk((int)(o.Value.Shape[2] * o.Value.Shape[3])).Select(c => ValueRange.Of(c)).ToArray());
}
