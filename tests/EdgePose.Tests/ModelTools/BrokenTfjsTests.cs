using System.Text;
using System.Text.Json.Nodes;
using EdgePose.ModelTools;
using static EdgePose.Tests.ModelTools.TfjsFile;

namespace EdgePose.Tests.ModelTools;

/// <summary>Whatever is wrong with the input: an error that names it, and no file.</summary>
public sealed class BrokenTfjsTests
{
    [Fact]
    public void Convert_UnknownOperator_NamesOperatorAndNode() =>
        Refuses(f => f.Node("FancyOp", "where/it/is", ["x"])
            .Output("where/it/is"), "node 'where/it/is': the operator 'FancyOp' is not supported");

    [Fact]
    public void Convert_UnknownOperatorThatNoOutputNeeds_IsNotLookedAt()
    {
        using var file = Good().Node("FancyOp", "unused", ["x"]).Write();
        Assert.Equal(1, file.Convert().Nodes);
    }

    [Fact]
    public void Convert_InputThatDoesNotExist_NamesBoth() => Refuses(f => f.Node("Relu", "z", ["nowhere"])
        .Output("z"), "'z' (Relu) uses 'nowhere'");

    [Fact]
    public void Convert_OutputIndexThatDoesNotExist_NamesIt() => Refuses(f => f.Node("Relu", "z", ["y:3"])
        .Output("z"), "'y:3' does not exist");

    [Fact]
    public void Convert_Cycle_NamesANodeOfIt() =>
        Refuses(f => f.Node("Add", "a", ["x", "b"]).Node("Relu", "b", ["a"]).Output("b"), "the graph has a cycle");

    [Fact]
    public void Convert_DuplicateNode_NamesIt() => Refuses(f => f.Node("Relu", "y", ["x"]), "the node 'y' exists twice");

    [Fact]
    public void Convert_NodesInAnyOrder_AreSorted()
    {
        using var file = new TfjsFile().Node("Relu", "b", ["^c", "a"]).Node("Neg", "a", ["x"]).Const("c", [], 1f).Input("x", "DT_FLOAT", 1)
            .Output("b");
        using var run = file.Run().With("x", [1], -3f);
        run.Expect("b", [1], 3);
    }

    [Fact]
    public void Convert_MissingInput_NamesTheNode() => Refuses(f => f.Node("Mul", "z", ["x"])
        .Output("z"), "node 'z' (Mul): it has 1 inputs, 2 are needed");

    [Fact]
    public void Convert_TensorNeededAsConstant_NamesTheRole() =>
        Refuses(f => f.Node("Transpose", "z", ["x", "y"]).Output("z"), "node 'z' (Transpose): its permutation (input 1) is not a constant");

    [Fact]
    public void Convert_FilterOfWrongRank_NamesItsShape() =>
        Refuses(f => f.Node("Conv2D", "z", ["x", "w"], ("padding", S("SAME"))).Output("z"), "its filter is Float [2]");

    [Fact]
    public void Convert_BadPadding_NamesIt() =>
        Refuses(f => f.Const("k", [1, 1, 1, 1], 1f).Node("Conv2D", "z", ["x", "k"], ("padding", S("FULL"))).Output("z"), "padding 'FULL'");

    [Fact]
    public void Convert_BadBase64_NamesTheAttribute() =>
        Refuses(f => f.Node("MaxPool", "z", ["x"], ("padding", new JsonObject { ["s"] = "%%%" }))
            .Output("z"), "attribute 'padding' is not base64 text");

    [Fact]
    public void Convert_EllipsisMask_IsRefused() =>
        Refuses(f => f.Const("b", [1], 0).Node("StridedSlice", "z", ["x", "b", "b", "one"], ("ellipsis_mask", I(1))).Const("one", [1], 1)
            .Output("z"), "ellipsis_mask");

    [Fact]
    public void Convert_HugeSplit_IsBounded() =>
        Refuses(f => f.Node("Unpack", "z", ["x"], ("num", I(int.MaxValue))).Output("z"), "'num' is 2147483647");

    [Theory]
    [InlineData("""[1000000000]""", "needs more bytes than the shards have left")]
    [InlineData("""[2147483647,2147483647,2147483647,2147483647]""", "needs more bytes than the shards have left")]
    [InlineData("""[1]""", "the shards hold 4 bytes more")]
    [InlineData("""[-2]""", "a dimension that is not a size")]
    [InlineData("""["x"]""", "a dimension that is not a size")]
    [InlineData("""7""", "its shape is not a list")]
    public void Convert_WeightShapeThatDoesNotFit_NamesTheWeight(string shape, string problem) => RefusesJson(
        json => json["weightsManifest"]![0]!["weights"]![0]!["shape"] = JsonNode.Parse(shape), problem);

    [Theory]
    [InlineData("../model.bin")]
    [InlineData("/etc/hostname")]
    [InlineData("")]
    [InlineData("..")]
    public void Convert_ShardOutsideTheFolder_IsRefused(string path) => RefusesJson(
        json => json["weightsManifest"]![0]!["paths"]![0] = path, "is not a plain file name");

    [Fact]
    public void Convert_MissingShard_NamesTheFile() => RefusesJson(json =>
        json["weightsManifest"]![0]!["paths"]![0] = "gone.bin", "gone.bin: cannot be read");

    [Fact]
    public void Convert_TruncatedShard_SaysHowMuchIsLeft()
    {
        using var file = Good().Write();
        File.WriteAllBytes(file.ShardPath, File.ReadAllBytes(file.ShardPath)[..5]);
        Refuses(file, "weight 'w': [2] needs more bytes than the shards have left (5)");
    }

    [Fact]
    public void Convert_TruncatedJson_SaysSo()
    {
        using var file = Good();
        var json = file.Json().ToJsonString();
        file.Write(json[..(json.Length / 2)]);
        Refuses(file, "model.json: not a JSON file, or truncated");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"modelTopology":{"node":[]}}""")]
    [InlineData("""{"modelTopology":{"node":7},"weightsManifest":[]}""")]
    [InlineData("""{"modelTopology":{"node":[]},"weightsManifest":[7]}""")]
    public void Convert_OtherJson_IsNotATfjsModel(string json)
    {
        using var file = Good().Write(json);
        Refuses(file, "not a TFJS graph model");
    }

    [Fact]
    public void Convert_LayersModel_IsRefusedByName() => RefusesJson(json =>
        json["format"] = "layers-model", "format 'layers-model' is not supported");

    [Fact]
    public void Convert_NaNWeight_NamesIt() => Refuses(f => f.Const("bad", [1], float.NaN), "weight 'bad': it contains NaN");

    [Fact]
    public void Convert_InvalidUnicode_IsAnErrorOfTheFile()
    {
        using var file = Good();
        file.Write(file.Json().ToJsonString().Replace("\"y\"", "\"\\ud800\"", StringComparison.Ordinal));
        Refuses(file, "model.json: not a JSON file");
    }

    [Fact]
    public void Convert_MissingFile_NamesIt()
    {
        using var file = new TfjsFile();
        Refuses(file, "model.json: cannot be read");
    }

    [Fact]
    public void Convert_OutputThatIsNotThere_ListsTheOutputs()
    {
        using var file = Good().Write();
        var e = Assert.Throws<ModelToolsException>(() => file.Convert(new() { Outputs = ["z"] }));
        Assert.Contains("there is no output 'z'", e.Message, StringComparison.Ordinal);
        Assert.Equal("the outputs are: y", e.Hint);
    }

    [Fact]
    public void Convert_FolderThatCannotBeMade_NamesTheTarget()
    {
        using var file = Good().Write();
        var target = Path.Combine(file.JsonPath, "sub", "model.onnx");
        var e = Assert.Throws<ModelToolsException>(() => EdgePose.ModelTools.Tfjs.TfjsImporter.Convert(file.JsonPath, target));
        Assert.Contains("cannot be written", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Convert_Cancelled_WritesNothing()
    {
        using var file = Good().Write();
        Assert.Throws<OperationCanceledException>(
            () => EdgePose.ModelTools.Tfjs.TfjsImporter.Convert(file.JsonPath, file.OnnxPath, null, new CancellationToken(canceled: true)));
        Assert.Equal(2, Directory.GetFiles(file.Folder).Length);
    }

    /// <summary>Bytes of a correct model are changed at random: either it still converts or the importer says why not.</summary>
    [Fact]
    public void Convert_MutatedJson_NeverCrashes()
    {
        var random = new Random(20261122);
        using var file = Rich();
        var json = Encoding.UTF8.GetBytes(file.Json().ToJsonString());
        file.Write();
        var (refused, converted) = (0, 0);
        for (var round = 0; round < 1000; round++)
        {
            File.WriteAllBytes(file.JsonPath, Mutate(json, random));
            try
            {
                file.Convert();
                converted++;
            }
            catch (ModelToolsException e)
            {
                Assert.False(string.IsNullOrWhiteSpace(e.Message));
                refused++;
            }
        }
        Assert.True(refused > 200 && converted > 0, $"{refused} refused, {converted} converted: the mutations test nothing");
        Assert.Empty(Directory.GetFiles(file.Folder, "*.tmp"));
    }

    private static byte[] Mutate(byte[] json, Random random)
    {
        var bytes = json.ToList();
        var count = random.Next(1, 4);
        for (var i = 0; i < count; i++)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] = (byte)"0123456789-\"[]{}:,"[random.Next(18)]; break;
                case 2: bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at)); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at))); break;
                default:
                    var digit = bytes.FindIndex(at, b => b is >= (byte)'0' and <= (byte)'9');
                    if (digit >= 0) { bytes.InsertRange(digit, "999999999"u8.ToArray()[..random.Next(1, 10)]); }
                    break;
            }
        }
        return [.. bytes];
    }

    private static TfjsFile Good() => new TfjsFile().Input("x", "DT_FLOAT", 1, 2).Const("w", [2], 1f, 2).Node("Mul", "y", ["x", "w"])
        .Output("y");

    private static TfjsFile Rich() => Good()
        .Input("image", "DT_FLOAT", 1, 4, 4, 1).Const("k", [3, 3, 1, 1], [.. Enumerable.Repeat(1f, 9)]).Const("b", [1], 1f)
        .Node("_FusedConv2D", "conv", ["image", "k", "b"], ("strides", Ints(1, 2, 2, 1)), ("padding", S("SAME")),
            ("fused_ops", Texts("BiasAdd", "Relu6")))
        .Const("size", [2], 8, 8).Node("ResizeBilinear", "big", ["conv", "size"], ("align_corners", B(false)), ("T", Type("DT_FLOAT")))
        .Const("begin", [4], 0, 0, 0, 0).Const("end", [4], 1, 2, 2, 1).Const("step", [4], 1, 1, 1, 1)
        .Node("StridedSlice", "cut", ["big", "begin", "end", "step"], ("begin_mask", I(3)), ("shrink_axis_mask", I(1)))
        .Node("Unpack", "parts", ["cut"], ("num", I(4)), ("axis", I(0))).Node("Pack", "packed", ["parts:0", "parts:1"], ("axis", I(1)))
        .Const("axis", [], 0).Node("ArgMax", "best", ["packed", "axis"]).Output("packed").Output("best", "DT_INT32");

    private static void Refuses(Func<TfjsFile, TfjsFile> spoil, string problem)
    {
        using var file = spoil(Good()).Write();
        Refuses(file, problem);
    }

    private static void RefusesJson(Action<JsonObject> spoil, string problem)
    {
        using var file = Good();
        var json = file.Json();
        spoil(json);
        file.Write(json.ToJsonString());
        Refuses(file, problem);
    }

    private static void Refuses(TfjsFile file, string problem)
    {
        var e = Assert.Throws<ModelToolsException>(() => file.Convert());
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(file.Folder), f => f.Contains(".onnx", StringComparison.Ordinal));
    }
}
