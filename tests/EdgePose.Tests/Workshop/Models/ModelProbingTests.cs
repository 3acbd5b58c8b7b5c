using EdgePose.Domain;
using EdgePose.ModelTools.Onnx;
using EdgePose.Tests.Networks.Runtime;
using EdgePose.Workshop.Models;
using Google.Protobuf;

namespace EdgePose.Tests.Workshop.Models;

/// <summary>Networks that do not open or run: the words for each name its own cause and next step.</summary>
public sealed class ModelProbingTests
{
    private static byte[] Maps(Action<GraphBuilder>? spoil = null, ElementType input = ElementType.Float, long batch = 1, int opset = 13, int ir = 8, string op = "Identity")
    {
        var g = new GraphBuilder("tiny", opset, ir);
        var x = g.Input("image", input, [batch, 3, 64, 64]);
        if (input != ElementType.Float) { x = g.Node("Cast", "float", [x], NodeAttribute.Int("to", (long)ElementType.Float)); }
        var pool = g.Node("AveragePool", "pool", [x], NodeAttribute.Ints("kernel_shape", 4, 4), NodeAttribute.Ints("strides", 4, 4));
        var maps = g.Node("Conv", "conv", [pool, g.Constant("w", TensorData.Floats([17, 3, 1, 1], new float[17 * 3]))]);
        g.Output("maps", g.Node(op, "last", [maps]), ElementType.Float, null);
        spoil?.Invoke(g);
        return g.Build("tests", "1").ToByteArray();
    }

    private static UserError Refusal(byte[] model) => Assert.Throws<UserError>(() =>
    {
        ModelAdoption.Adopt(new AdoptionRequest("mine", "mine.onnx", new string('0', 64), model));
    });

    [Fact]
    public void Detect_SoundNetwork_IsItsFamily() => Assert.Equal("heatmap", ModelProbing.Detect(Maps(), "m").Families[0].Kind.Word);

    [Theory]
    [InlineData(ElementType.Float16, "takes Float16", "its weights may stay half floats")]
    [InlineData(ElementType.UInt8, "", "it takes bytes and normalises them itself")]
    [InlineData(ElementType.Double, "takes Double", "with float32 inputs and outputs")]
    internal void Refused_InputOfAnotherType_SaysWhatToExport(ElementType input, string problem, string advice)
    {
        var e = Refusal(Maps(input: input));
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
        Assert.Contains(advice, e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Refused_HalfFloatOutputs_SaysWhatToExport()
    {
        var g = new GraphBuilder("tiny");
        var x = g.Input("image", ElementType.Float, [1, 3, 64, 64]);
        var pool = g.Node("AveragePool", "pool", [x], NodeAttribute.Ints("kernel_shape", 4, 4), NodeAttribute.Ints("strides", 4, 4));
        var maps = g.Node("Conv", "conv", [pool, g.Constant("w", TensorData.Floats([17, 3, 1, 1], new float[17 * 3]))]);
        g.Output("maps", g.Node("Cast", "half", [maps], NodeAttribute.Int("to", (long)ElementType.Float16)), ElementType.Float16, null);
        var e = Refusal(g.Build("tests", "1").ToByteArray());
        Assert.Contains("Float16", e.Message, StringComparison.Ordinal);
        Assert.Contains("keep_io_types", e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Refused_BatchOfTwo_SaysThatItNeverTakesOne()
    {
        var e = Refusal(Maps(batch: 2));
        Assert.Contains("takes 2 pictures at a time", e.Message, StringComparison.Ordinal);
        Assert.Contains("for one picture", e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Refused_FormatTooNew_SaysSo() => Assert.Contains("IR version) is newer", Refusal(Maps(ir: 99)).Hint, StringComparison.Ordinal);

    [Fact]
    public void Refused_OperatorSetTooNew_SaysSo() => Assert.Contains("older opset", Refusal(Maps(opset: 99)).Hint, StringComparison.Ordinal);

    [Fact]
    public void Refused_OperatorOfSomebodysOwn_IsNamed()
    {
        var e = Refusal(Maps(op: "DeformableThing"));
        Assert.Contains("DeformableThing", e.Message, StringComparison.Ordinal);
        Assert.Contains("an operator that ONNX does not have", e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Detect_OpenSize_IsSaid_AndTheUsersIsTaken()
    {
        var model = TinyModel.LitePose(14);
        var request = new AdoptionRequest("mine", "mine.onnx", new string('0', 64), model);
        var adopted = ModelAdoption.Adopt(request);
        Assert.Contains("size 448x448: the file leaves it open, this is usual for litepose; --size", adopted.Assumed);
        Assert.Contains("width: 448, height: 448", adopted.Descriptor, StringComparison.Ordinal);
        var sized = ModelAdoption.Adopt(request with { Size = (640, 384) });
        Assert.Contains("width: 640, height: 384", sized.Descriptor, StringComparison.Ordinal);
        Assert.DoesNotContain(sized.Assumed, line => line.StartsWith("size", StringComparison.Ordinal));
    }
}
