using EdgePose.ModelTools;
using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.ModelTools.Quantization.Preparation;
using EdgePose.ModelTools.Quantization.Rules;
using EdgePose.ModelTools.Quantization.Settings;
using Google.Protobuf;
using Xunit;

namespace EdgePose.Tests.ModelTools.Quantization;

/// <summary>Groups, defaults and what the user includes and excludes.</summary>
public sealed class ChosenNodesTests
{
    private static readonly IReadOnlyList<GraphInput> Pictures = SmallNetwork.Pictures(2, 1, 3, 32, 32);

    [Fact]
    public void Groups_SeparableStemAndTwoHeads_AreFoundByStructure()
    {
        var quantizer = SmallNetwork.Open(TwoHeads(), new QuantizationSettings(), Pictures);
        string[] Nodes(string group) => [.. quantizer.Groups.Single(g => g.Name == group).Nodes];
        Assert.Equal(["stem.conv", "stem.dw", "stem.point", "b1.expand", "b1.dw"], Nodes("stem"));
        Assert.Equal(["h0.dw", "h0.point"], Nodes("head.0"));
        Assert.Equal(["h1.point"], Nodes("head.1"));
        Assert.All(["stem", "head.0", "head.1"], g => Assert.NotEqual("", quantizer.Groups.Single(x => x.Name == g).KeptFloat));
        Assert.All(quantizer.Groups.Where(g => !g.Name.StartsWith("head", StringComparison.Ordinal) && g.Name != "stem"), g => Assert.Equal("", g.KeptFloat));
    }

    [Fact]
    public void Groups_DenseStem_IsTheFirstConvolutionOnly()
    {
        var model = SmallNetwork.Build([1, 3, 32, 32], (n, x) => n.Conv(n.Conv(n.Conv(n.Conv(x, "one", 3, 8, 3, stride: 2), "two", 8, 8, 3), "three", 8, 8, 3, stride: 2), "four", 8, 4, 1));
        Assert.Equal(["one"], SmallNetwork.Open(model, new QuantizationSettings(), Pictures).Groups.Single(g => g.Name == "stem").Nodes);
    }

    [Fact]
    public void Groups_AuthorsNames_AreUsedWhereTheyTellStages()
    {
        var model = SmallNetwork.Build([1, 3, 32, 32], (n, x) =>
        {
            x = n.Conv(x, "/net/stem/Conv", 3, 8, 3);
            foreach (var stage in Enumerable.Range(0, 6)) { x = n.Conv(n.Conv(x, $"/net/s{stage}/a/Conv", 8, 8, 3), $"/net/s{stage}/b/Conv", 8, 8, 3); }
            return n.Conv(x, "/net/last/Conv", 8, 4, 1);
        });
        Assert.Equal(["stem", "net/s0", "net/s1", "net/s2", "net/s3", "net/s4", "net/s5", "head"], SmallNetwork.Open(model, new QuantizationSettings(), Pictures).Groups.Select(g => g.Name));
    }

    [Fact]
    public void EveryNode_OfTheGraph_IsInOneGroup()
    {
        var model = TwoHeads();
        Cleanup.Apply(model.Graph);
        var grouping = new Grouping(new GraphView(model.Graph), TensorFacts.Find(model, "test", SmallNetwork.Runner, Pictures[0]));
        Assert.All(model.Graph.Node, n => Assert.Contains(grouping.Of(n), grouping.Names));
    }

    [Fact]
    public void Write_GroupsKept_LeavesTheirWeightsFloat()
    {
        var quantizer = SmallNetwork.Open(TwoHeads(), new QuantizationSettings(), Pictures);
        var free = quantizer.Groups.Where(g => g.KeptFloat.Length == 0).Select(g => g.Name).ToList();
        var (all, none) = (quantizer.Write().Report, quantizer.Write(free).Report);
        Assert.True(all.Quantized["Conv"] > 0);
        Assert.False(none.Quantized.ContainsKey("Conv"));
        Assert.All(none.Groups, g => Assert.NotEqual("", g.KeptFloat));
    }

    [Theory]
    [InlineData("h0.*", "h0.point")]
    [InlineData("*.project", "b1.project")]
    [InlineData("b1.project", "b1.project")]
    public void Exclude_NodePattern_LeavesThatNodeFloat(string pattern, string node)
    {
        var (graph, _) = SmallNetwork.Quantize(TwoHeads(), new QuantizationSettings { Include = ["head*", "stem"], Exclude = [pattern] }, Pictures);
        Assert.True(graph.IsConstant(graph.Node(node).Input[1]));
        Assert.False(graph.IsConstant(graph.Node("stem.point").Input[1]));
    }

    [Fact]
    public void Exclude_GroupPattern_SaysSoInTheReport()
    {
        var quantizer = SmallNetwork.Open(TwoHeads(), new QuantizationSettings { Exclude = ["head.1"], Include = ["head*"] }, Pictures);
        Assert.Contains("settings", quantizer.Groups.Single(g => g.Name == "head.1").KeptFloat, StringComparison.Ordinal);
        Assert.Equal("", quantizer.Groups.Single(g => g.Name == "head.0").KeptFloat);
    }

    [Fact]
    public void Exclude_PatternThatFitsNothing_NamesTheGroups()
    {
        var error = Assert.Throws<ModelToolsException>(() => SmallNetwork.Open(TwoHeads(), new QuantizationSettings { Exclude = ["haed*"] }, Pictures));
        Assert.Contains("haed*", error.Message, StringComparison.Ordinal);
        Assert.Contains("head.0", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_UnknownGroup_IsAnError() =>
        Assert.Throws<ModelToolsException>(() => SmallNetwork.Open(TwoHeads(), new QuantizationSettings(), Pictures).Write(["nowhere"]));

    [Theory]
    [InlineData("*", "anything", true)]
    [InlineData("a*c", "abbc", true)]
    [InlineData("a*c", "abbd", false)]
    [InlineData("*.b*", "a.b.c", true)]
    [InlineData("ab", "abc", false)]
    [InlineData("**c", "abc", true)]
    [InlineData("", "", true)]
    public void NamePattern_Stars_StandForAnything(string pattern, string name, bool matches) => Assert.Equal(matches, NamePattern.Matches(pattern, name));

    /// <summary>A mobile network in small: separable stem at half resolution, a block, two heads of which one is separable.</summary>
    private static ModelProto TwoHeads() => SmallNetwork.Build([1, 3, 32, 32], (n, x) =>
    {
        var stem = n.Conv(n.Relu6(n.Conv(n.Relu6(n.Conv(x, "stem.conv", 3, 8, 3, stride: 2)), "stem.dw", 8, 8, 3, groups: 8)), "stem.point", 8, 6, 1);
        var wide = n.Relu6(n.Conv(n.Relu6(n.Conv(stem, "b1.expand", 6, 12, 1)), "b1.dw", 12, 12, 3, stride: 2, groups: 12));
        var block = n.Conv(wide, "b1.project", 12, 8, 1);
        var deep = n.Graph.Node("Add", "b2.add", [block, n.Conv(n.Relu6(n.Conv(block, "b2.expand", 8, 16, 1)), "b2.project", 16, 8, 1)]);
        var first = n.Conv(n.Graph.Node("Relu", "h0.relu", [n.Conv(deep, "h0.dw", 8, 8, 5, groups: 8)]), "h0.point", 8, 4, 1);
        return (IReadOnlyList<(string, string)>)[("heat", first), ("tags", n.Conv(deep, "h1.point", 8, 2, 1))];
    });
}
