using EdgePose.ModelTools;
using EdgePose.ModelTools.Onnx;
using EdgePose.TestSupport;
using Google.Protobuf;

namespace EdgePose.Tests.ModelTools;

/// <summary>Reading, checking, building and writing ONNX files.</summary>
public sealed class OnnxGraphTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("onnx-").FullName;

    private string File(string name = "model.onnx") => Path.Combine(_folder, name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("litepose-m-crowdpose.onnx", 231, 233)]
    [InlineData("rtmdet-nano-person.onnx", -1, -1)]
    [InlineData("yolox-nano.onnx", -1, -1)]
    [InlineData("picodet-s-320.onnx", -1, -1)]
    public void LoadThenSave_RealModels_KeepsEveryByteOfMeaning(string name, int nodes, int initializers)
    {
        var source = Repo.Shared($"models/{name}");
        var model = OnnxModel.Load(source);
        if (nodes >= 0) { Assert.Equal((nodes, initializers), (model.Graph.Node.Count, model.Graph.Initializer.Count)); }
        OnnxModel.Save(model, File());
        Assert.Equal(model, OnnxModel.Load(File()));
        using var run = new OnnxRun(File());
        Assert.NotEmpty(run.Outputs);
    }

    [Fact]
    public void LoadThenSave_UnknownFields_Survive()
    {
        // Field 20 of a model (training info) is not in our subset: tag (20 << 3 | 2), length 3.
        var bytes = Small().ToByteArray().Concat<byte>([0xa2, 0x01, 3, 1, 2, 3]).ToArray();
        System.IO.File.WriteAllBytes(File(), bytes);
        OnnxModel.Save(OnnxModel.Load(File()), File("copy.onnx"));
        Assert.Equal(bytes, System.IO.File.ReadAllBytes(File("copy.onnx")));
    }

    [Fact]
    public void Load_ExternalData_IsRefused()
    {
        var model = Small();
        model.Graph.Initializer[0].DataLocation = 1;
        Refuses(model, "lies in another file");
        model.Graph.Initializer[0].ClearDataLocation();
        model.Graph.Initializer[0].ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "../x" });
        Refuses(model, "lies in another file");
    }

    [Fact]
    public void Load_HugeDimensions_AreRefusedWithoutAllocating()
    {
        var model = Small();
        model.Graph.Initializer[0].Dims.Clear();
        model.Graph.Initializer[0].Dims.AddRange([1_000_000_000, 1_000_000_000, 1_000_000_000]);
        Refuses(model, "does not fit the data it holds");
    }

    [Fact]
    public void Load_ExternalDataInsideABody_IsRefused()
    {
        var model = Small();
        var body = Small().Graph;
        body.Initializer[0].DataLocation = 1;
        body.Input.Clear();
        model.Graph.Node[0].Attribute.Add(new AttributeProto { Name = "body", G = body });
        Refuses(model, "lies in another file");
    }

    [Fact]
    public void Check_EveryBrokenRule_IsNamed()
    {
        Refuses(Small(m => m.Graph.Node[0].Input[0] = "nowhere"), "uses 'nowhere' before anything defines it");
        Refuses(Small(m => m.Graph.Node.Add(m.Graph.Node[0].Clone())), "'y' is defined twice");
        Refuses(Small(m => m.Graph.Output[0].Name = "z"), "nothing produces the output 'z'");
        Refuses(Small(m => m.Graph.Output.Add(m.Graph.Output[0].Clone())), "the output 'y' is declared twice");
        Refuses(Small(m => m.Graph.Initializer.Add(m.Graph.Initializer[0].Clone())), "'w' is defined twice");
        Refuses(Small(m => m.Graph.Node[0].ClearOpType()), "has no operator");
        Refuses(Small(m => m.OpsetImport.Clear()), "no operator set");
        Refuses(Small(m => m.Graph = null), "not an ONNX model");
        Refuses(Small(m => m.Graph.Node[0].Attribute.Add([NodeAttribute.Int("a", 1), NodeAttribute.Int("a", 2)])), "has 'a' twice");
        Refuses(Small(m => m.Graph.Initializer[0].RawData = ByteString.CopyFrom(1, 2, 3)), "does not fit the data it holds");
    }

    [Fact]
    public void Load_RandomBytesAndTooLargeFiles_AreRefused()
    {
        System.IO.File.WriteAllBytes(File(), [0xff, 0x00, 0x12]);
        Assert.Contains("not an ONNX model", Assert.Throws<ModelToolsException>(() =>
            OnnxModel.Load(File())).Message, StringComparison.Ordinal);
        System.IO.File.WriteAllBytes(File(), Small().ToByteArray());
        Assert.Contains("the limit is 10", Assert.Throws<ModelToolsException>(() =>
            OnnxModel.Load(File(), sizeLimit: 10)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MutatedBytes_NeverCrashes()
    {
        var random = new Random(7);
        var original = Small().ToByteArray();
        for (var round = 0; round < 2000; round++)
        {
            var bytes = original.ToArray();
            for (var i = random.Next(1, 4); i > 0; i--) { bytes[random.Next(bytes.Length)] = (byte)random.Next(256); }
            System.IO.File.WriteAllBytes(File(), bytes[..random.Next(bytes.Length / 2, bytes.Length + 1)]);
            try { OnnxModel.Load(File()); } catch (ModelToolsException e) { Assert.NotEmpty(e.Message); }
        }
    }

    [Fact]
    public void Save_BrokenGraph_LeavesTheOldFile()
    {
        OnnxModel.Save(Small(), File());
        var before = System.IO.File.ReadAllBytes(File());
        Assert.Throws<ModelToolsException>(() => OnnxModel.Save(Small(m => m.Graph.Output.Clear()), File()));
        Assert.Equal(before, System.IO.File.ReadAllBytes(File()));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Builder_SameNameAndSameConstant_AreKeptApartAndShared()
    {
        var graph = new GraphBuilder("g");
        graph.Input("x", ElementType.Float, [-1, 2]);
        var one = graph.Constant("c", TensorData.Floats([2], [1, 2]));
        Assert.Equal(one, graph.Constant("d", TensorData.Floats([2], [1, 2])));
        Assert.NotEqual(one, graph.Constant("c", TensorData.Floats([1, 2], [1, 2])));
        Assert.Equal("x_1", graph.Unique("x"));
        var a = graph.Node("Mul", "n", ["x", one]);
        var b = graph.Node("Neg", "n", [a]);
        Assert.Equal(("n", "n_1"), (a, b));
        graph.Node("Neg", "dead", [a]);
        graph.Output("out", b, ElementType.Float, null);
        graph.Output("same", b, ElementType.Float, null);
        graph.Output("copy", "x", ElementType.Float, null);
        var model = graph.Build("test", "1");

        Assert.Single(model.Graph.Initializer);
        Assert.DoesNotContain(model.Graph.Node, n => n.Output[0] == "dead");
        Assert.Equal("x_0", model.Graph.Input[0].Type.TensorType.Shape.Dim[0].DimParam);
        OnnxModel.Save(model, File());
        using var run = new OnnxRun(File()).With("x", [1, 2], 3f, 4);
        run.Expect("out", [1, 2], -3, -8);
        run.Expect("same", [1, 2], -3, -8);
        run.Expect("copy", [1, 2], 3, 4);
    }

    [Fact]
    public void TensorData_AllStorageFields_GiveTheSameValues()
    {
        var half = new TensorProto { DataType = (int)ElementType.Float16, Dims = { 2 }, Int32Data = { 0x3c00, 0xc000 } };
        Assert.Equal([1f, -2f], TensorData.ToFloats(half));
        Assert.Equal([1f, -2f], TensorData.ToFloats(TensorData.Raw(ElementType.Float16, [2], [0x00, 0x3c, 0x00, 0xc0])));
        Assert.Equal([1f, -2f], TensorData.ToFloats(new TensorProto { DataType = 1, Dims = { 2 }, FloatData = { 1, -2 } }));
        Assert.Equal([3L, -4L], TensorData.ToInt64s(new TensorProto { DataType = 6, Dims = { 2 }, Int32Data = { 3, -4 } }));
        Assert.Equal([3L, -4L], TensorData.ToInt64s(TensorData.Int64s([2], [3, -4])));
        Assert.Throws<ModelToolsException>(() =>
            TensorData.ToFloats(new TensorProto { DataType = 1, Dims = { 3 }, FloatData = { 1, -2 } }));
        Assert.Throws<ModelToolsException>(() => TensorData.ToFloats(TensorData.Int64s([1], [1])));
    }

    private void Refuses(ModelProto model, string problem)
    {
        System.IO.File.WriteAllBytes(File(), model.ToByteArray());
        var e = Assert.Throws<ModelToolsException>(() => OnnxModel.Load(File()));
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    /// <summary>y = x · w.</summary>
    private static ModelProto Small(Action<ModelProto>? spoil = null)
    {
        var graph = new GraphBuilder("small");
        graph.Input("x", ElementType.Float, [2]);
        graph.Output("y", graph.Node("Mul", "y", ["x", graph.Constant("w", TensorData.Floats([2], [1, 2]))]), ElementType.Float, [2]);
        var model = graph.Build("test", "1");
        spoil?.Invoke(model);
        return model;
    }
}
