using EdgePose.Domain;
using EdgePose.Networks;
using EdgePose.Networks.Families.Yolo;
using EdgePose.Networks.TopDown;
using EdgePose.Tests.Networks.TopDown;

namespace EdgePose.Tests.Networks.Families.Yolo;

public sealed class YoloDecoderTests
{
    // A 64x64 input has 8x8 + 4x4 + 2x2 cells.
    private const int Cells = 84;

    private static List<Detection> Detect(ModelKind kind, Action<ScriptedNetwork.Buffers> script, ModelDecode? decode = null)
    {
        var found = new List<Detection>();
        EstimatorFactory.Detector(new ScriptedNetwork(ScriptedNetwork.Describe(kind, 64, 64, decode), 1, script)).Detect(new Frame(128, 128), found);
        return found;
    }

    /// <summary>A row of centre (20, 30), size 10 x 20, in a frame of twice the input's size.</summary>
    private static readonly Box InFrame = new(30, 40, 50, 80);

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    [InlineData(true, 64)]
    [InlineData(false, 64)]
    public void Decode_EitherOrderOfAxes_PixelsOrParts_GivesTheBox(bool columnsFirst, float divisor)
    {
        float[] row = [20 / divisor, 30 / divisor, 10 / divisor, 20 / divisor, 0.2f, 0.9f, 0.1f];
        var found = Detect(YoloFamily.Kind, b =>
        {
            var values = columnsFirst ? b.Floats(0, 1, row.Length, Cells) : b.Floats(0, 1, Cells, row.Length);
            for (var i = 0; i < row.Length; i++) { values[columnsFirst ? i * Cells + 7 : 7 * row.Length + i] = row[i]; }
        }, new ModelDecode { PersonClass = 1 });
        Assert.Equal(new Detection(InFrame, 0.9f), Assert.Single(found));
    }

    [Theory]
    [InlineData(Cells)]
    [InlineData(3 * Cells)]
    public void Decode_Objectness_MultipliesTheClass(int rows)
    {
        var found = Detect(YoloObjectFamily.Kind, b => new float[] { 20, 30, 10, 20, 0.5f, 0.8f, 1 }.CopyTo(b.Floats(0, 1, rows, 7)[(3 * 7)..]));
        Assert.Equal(new Detection(InFrame, 0.4f), Assert.Single(found));
    }

    [Fact]
    public void Decode_OverlappingRows_AreOnePerson() => Assert.Single(Detect(YoloFamily.Kind, b =>
    {
        var values = b.Floats(0, 1, Cells, 5);
        new float[] { 20, 30, 10, 20, 0.7f, 21, 30, 10, 20, 0.9f, 20, 31, 10, 20, 0.8f }.CopyTo(values);
    }));

    [Theory]
    [InlineData("logarithms", 0.5f, 0.5f, -2, -1, 0.1f, "column 2")]
    [InlineData("coordinates where scores should be", 20, 30, 10, 20, 55, "column 4")]
    public void TryDecode_ValuesOfAnotherForm_AreRefused(string why, float x, float y, float w, float h, float score, string named)
    {
        var network = new ScriptedNetwork(ScriptedNetwork.Describe(YoloFamily.Kind, 64, 64), 1, b => new[] { x, y, w, h, score }.CopyTo(b.Floats(0, 1, Cells, 5)));
        var binding = network.Bind(1, 64, 64);
        binding.Run();
        var e = Assert.Throws<UserError>(() => ModelFamilies.Of(YoloFamily.Kind).TryDecode(network.Descriptor, 0, binding));
        Assert.True(e.Message.Contains(named, StringComparison.Ordinal), why + ": " + e.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    public void Decode_ChosenBoxes_AreCornersOfPersonsOnly(float divisor)
    {
        var found = Detect(YoloNmsFamily.Kind, b => new[]
        {
            15 / divisor, 20 / divisor, 25 / divisor, 40 / divisor, 0.9f, 0,
            15 / divisor, 20 / divisor, 25 / divisor, 40 / divisor, 0.95f, 2,
            1 / divisor, 2 / divisor, 30 / divisor, 40 / divisor, 0.1f, 0,
        }.CopyTo(b.Floats(0, 1, 300, 6)));
        Assert.Equal(new Detection(InFrame, 0.9f), Assert.Single(found));
    }
}
