using EdgePose.ModelTools;
using EdgePose.ModelTools.Inspection;
using EdgePose.ModelTools.Onnx;
using EdgePose.Tests.Service.Configuration;
using Google.Protobuf;

namespace EdgePose.Tests.ModelTools.Onnx;

/// <summary>Weights beside the model, the form that newer PyTorch exporters write.</summary>
public sealed class ExternalDataTests : IDisposable
{
    private static readonly float[] Weights = [1, 2, 3];

    private readonly TempFolder _folder = new();

    private string Model => Path.Combine(_folder.Path, "m.onnx");

    public void Dispose() => _folder.Dispose();

    /// <summary>A model whose weight of 12 bytes lies at byte 8 of a file.</summary>
    private void Write(string location = "m.onnx.data", string offset = "8", string length = "12", bool data = true)
    {
        var graph = new GraphBuilder("g");
        var x = graph.Input("x", ElementType.Float, [1, 3, 8, 8]);
        graph.Output("y", graph.Node("Mul", "mul", [x, graph.Constant("w", TensorData.Floats([1, 3, 1, 1], Weights))]), ElementType.Float, null);
        var model = graph.Build("test", "1");
        var weight = model.Graph.Initializer.Single(t => t.Name == "w");
        var bytes = weight.RawData.ToByteArray();
        weight.ClearRawData();
        weight.DataLocation = 1;
        foreach (var (key, value) in (ReadOnlySpan<(string, string)>)[("location", location), ("offset", offset), ("length", length)])
        {
            if (value.Length > 0) { weight.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value }); }
        }
        File.WriteAllBytes(Model, model.ToByteArray());
        if (data) { File.WriteAllBytes(Path.Combine(_folder.Path, "m.onnx.data"), [.. new byte[8], .. bytes]); }
    }

    [Fact]
    public void Open_WeightsBesideTheModel_AreJoined()
    {
        Write();
        var file = ModelInspector.Open(Model);
        Assert.True(file.IsJoined);
        var weight = OnnxModel.Parse(file.Content, "joined").Graph.Initializer.Single(t => t.Name == "w");
        Assert.Equal(Weights, TensorData.ToFloats(weight));
        Assert.Empty(weight.ExternalData);
        // The hash is that of the joined file, the only one that is ever written.
        Assert.Equal(ModelInspector.Read(file.Content, "again").Sha256, file.Sha256);
    }

    [Fact]
    public void Open_WithoutLength_TakesWhatTheShapeNeeds()
    {
        Write(length: "");
        Assert.True(ModelInspector.Open(Model).IsJoined);
    }

    [Theory]
    [InlineData("../m.onnx.data", "not a file beside the model")]
    [InlineData("/etc/passwd", "not a file beside the model")]
    [InlineData("sub/m.onnx.data", "not a file beside the model")]
    [InlineData("..", "not a file beside the model")]
    [InlineData("", "not a file beside the model")]
    [InlineData("other.data", "is missing")]
    public void Open_WeightsElsewhere_AreRefused(string location, string problem)
    {
        Write(location);
        var e = Assert.Throws<ModelToolsException>(() => ModelInspector.Open(Model));
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
        Assert.NotEmpty(e.Hint);
    }

    [Theory]
    [InlineData("9", "12")]
    [InlineData("8", "16")]
    [InlineData("9000000000000000000", "12")]
    [InlineData("8", "9000000000000000000")]
    [InlineData("-1", "12")]
    public void Open_BytesThatAreNotThere_AreRefused(string offset, string length)
    {
        Write(offset: offset, length: length);
        Assert.Throws<ModelToolsException>(() => ModelInspector.Open(Model));
    }

    [Fact]
    public void Open_LinkInsteadOfTheFile_IsNotFollowed()
    {
        Write();
        File.Move(Path.Combine(_folder.Path, "m.onnx.data"), Path.Combine(_folder.Path, "real"));
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "m.onnx.data"), Path.Combine(_folder.Path, "real"));
        Assert.Contains("symbolic link", Assert.Throws<ModelToolsException>(() => ModelInspector.Open(Model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_EmptyFile_IsRefusedBeforeItIsOpened()
    {
        Write(data: false);
        File.WriteAllBytes(Path.Combine(_folder.Path, "m.onnx.data"), []);
        Assert.Contains("empty or no file", Assert.Throws<ModelToolsException>(() => ModelInspector.Open(Model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OfBytesAlone_StillRefuses()
    {
        Write();
        Assert.Throws<ModelToolsException>(() => ModelInspector.Read(File.ReadAllBytes(Model), "m"));
    }
}
