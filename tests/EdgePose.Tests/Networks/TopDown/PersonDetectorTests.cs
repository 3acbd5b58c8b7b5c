using EdgePose.Domain;
using EdgePose.Networks.Families.CenterNet;
using EdgePose.Networks.Families.EndToEnd;
using EdgePose.Networks.Families.PicoDet;
using EdgePose.Networks.Families.Simcc;
using EdgePose.Networks.Families.Yolox;
using EdgePose.Networks.TopDown;
using EdgePose.Networks;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Networks.TopDown;

public sealed class PersonDetectorTests
{
    private static List<Detection> Run(ScriptedNetwork network, int width = 128, int height = 64, float? threshold = null)
    {
        var found = new List<Detection> { new(new Box(1, 2, 3, 4), 1) };
        EstimatorFactory.Detector(network, threshold).Detect(new Frame(width, height), found);
        return found;
    }

    private static void AssertBox(Box expected, Box actual)
    {
        Assert.Equal(expected.X1, actual.X1, 3);
        Assert.Equal(expected.Y1, actual.Y1, 3);
        Assert.Equal(expected.X2, actual.X2, 3);
        Assert.Equal(expected.Y2, actual.Y2, 3);
    }

    private static ScriptedNetwork EndToEnd(params (float[] Row, long Label)[] rows) => new(
        ScriptedNetwork.Describe(EndToEndFamily.Kind, 64, 64), 2, b =>
        {
            rows.SelectMany(r => r.Row).ToArray().CopyTo(b.Floats(0, 1, rows.Length, 5));
            rows.Select(r => r.Label).ToArray().CopyTo(b.Integers(1, 1, rows.Length));
        });

    private static ScriptedNetwork CenterNet(params float[][] rows) => new(
        ScriptedNetwork.Describe(CenterNetFamily.Kind, 512, 512), 1, b => rows.SelectMany(r => r).ToArray().CopyTo(b.Floats(0, 1, rows.Length, 6)));

    [Fact]
    public void Detect_YoloxRow_IsDecodedFromIntegerCellsAndDividedByTheRatio()
    {
        // 64x64: 64 cells of stride 8, 16 of stride 16, 4 of stride 32. Row 64 + 6 is the stride-16 cell (2, 1).
        var network = new ScriptedNetwork(ScriptedNetwork.Describe(YoloxFamily.Kind, 64, 64), 1, b =>
        {
            var row = b.Floats(0, 1, 84, 85).Slice(70 * 85, 85);
            (row[0], row[1], row[2], row[3], row[4], row[5]) = (0.25f, 0, MathF.Log(1.5f), 0, 0.9f, 0.5f);
        });
        var d = Assert.Single(Run(network));
        Assert.Equal(0.45f, d.Score, 5);
        // Centre (2.25 * 16, 16), size 24 x 16, r = 0.5.
        AssertBox(new Box(48, 16, 96, 48), d.Box);
    }

    [Fact]
    public void Detect_Yolox_TakesThePersonClassOnly()
    {
        var network = new ScriptedNetwork(ScriptedNetwork.Describe(YoloxFamily.Kind, 64, 64), 1, b =>
        {
            var row = b.Floats(0, 1, 84, 85);
            (row[4], row[5], row[6]) = (1, 0.1f, 0.9f);
        });
        Assert.Empty(Run(network));
    }

    [Fact]
    public void Detect_YoloxOfAnotherInputSize_NamesModelAndShapes()
    {
        var network = new ScriptedNetwork(ScriptedNetwork.Describe(YoloxFamily.Kind, 64, 64), 1, b => b.Floats(0, 1, 83, 85));
        var e = Assert.Throws<UserError>(() => Run(network));
        Assert.Equal(ExitCode.Model, e.Code);
        Assert.Contains("scripted", e.Message, StringComparison.Ordinal);
        Assert.Contains("out0 [1,83,85]", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Detect_EndToEnd_SkipsPaddingRowsOtherClassesAndLowScores()
    {
        var found = Run(EndToEnd(
            ([10, 5, 20, 15, 0.9f], 0), ([0, 0, 0, 0, 0], -1), ([10, 5, 20, 15, 0.9f], 56), ([10, 5, 20, 15, 0.9f], -1),
            ([0, 0, 0, 0, 0], 0), ([1, 1, 9, 9, 0.2f], 0)));
        AssertBox(new Box(20, 10, 40, 30), Assert.Single(found).Box);
    }

    [Fact]
    public void Detect_EndToEndWithoutRows_IsEmpty() => Assert.Empty(Run(EndToEnd()));

    [Fact]
    public void Detect_EndToEndOfFiveRows_TakesDetsAndLabelsByTypeAndRank()
    {
        var rows = Enumerable.Range(0, 5).Select(i => (new float[] { i * 10, 0, i * 10 + 8, 20, 0.5f + i * 0.1f }, 0L)).ToArray();
        var found = Run(EndToEnd(rows));
        Assert.Equal(5, found.Count);
        Assert.Equal(found.OrderByDescending(d => d.Score), found);
    }

    [Fact]
    public void Detect_EndToEndWithoutLabels_TakesEveryRow()
    {
        var network = new ScriptedNetwork(ScriptedNetwork.Describe(EndToEndFamily.Kind, 64, 64), 1,
            b => new float[] { 10, 5, 20, 15, 0.9f }.CopyTo(b.Floats(0, 1, 1, 5)));
        Assert.Single(Run(network));
    }

    [Fact]
    public void Detect_EndToEnd_LeavesSuppressionToTheGraph() =>
        Assert.Equal(2, Run(EndToEnd(([10, 5, 20, 15, 0.9f], 0), ([10, 5, 20, 15, 0.8f], 0))).Count);

    [Fact]
    public void Detect_ScoreThreshold_OverridesTheDescriptors()
    {
        var network = EndToEnd(([10, 5, 20, 15, 0.2f], 0));
        Assert.Empty(Run(network));
        Assert.Single(Run(network, threshold: 0.05f));
    }

    [Fact]
    public void Detect_ValuesThatAreNotFinite_AreDiscarded() =>
        Assert.Single(Run(EndToEnd(
            ([float.NaN, 5, 20, 15, 0.9f], 0), ([10, float.NegativeInfinity, 20, 15, 0.9f], 0), ([10, 5, float.PositiveInfinity, 15, 0.9f], 0),
            ([10, 5, 20, 15, float.NaN], 0), ([10, 5, 20, 15, float.PositiveInfinity], 0), ([10, 5, 20, 15, 0.4f], 0))));

    [Fact]
    public void Detect_BoxesBeyondTheFrame_AreClippedOrDropped()
    {
        // The frame covers 64 x 32 of the letterboxed input: the third box lies in the padding, the fourth is inside out.
        var found = Run(EndToEnd(([-5, -5, 20, 40, 0.9f], 0), ([60, 10, 90, 20, 0.8f], 0), ([5, 33, 20, 60, 0.7f], 0), ([20, 20, 10, 10, 0.7f], 0)));
        Assert.Equal(2, found.Count);
        AssertBox(new Box(0, 0, 40, 64), found[0].Box);
        AssertBox(new Box(120, 20, 128, 40), found[1].Box);
    }

    [Fact]
    public void Detect_CenterNet_ScalesBothAxesApartAndRemovesDuplicates()
    {
        var found = Run(CenterNet(
            [100, 100, 200, 300, 0.9f, 0], [104, 100, 204, 300, 0.8f, 0], [100, 100, 200, 300, 0.95f, 2], [300, 10, 400, 200, 0.5f, 0]));
        Assert.Equal(2, found.Count);
        AssertBox(new Box(25, 12.5f, 50, 37.5f), found[0].Box);
        Assert.Equal(0.5f, found[1].Score);
    }

    [Fact]
    public void Detect_NamedOutputs_OverrideTheShapes()
    {
        var network = new ScriptedNetwork(ScriptedNetwork.Describe(CenterNetFamily.Kind, 512, 512, null, "out1"), 2, b =>
        {
            new float[] { 0, 0, 100, 100, 0.9f, 0 }.CopyTo(b.Floats(0, 1, 1, 6));
            new float[] { 256, 256, 512, 512, 0.7f, 0 }.CopyTo(b.Floats(1, 1, 1, 6));
        });
        Assert.Equal(0.7f, Assert.Single(Run(network)).Score);
    }

    [Fact]
    public void Detect_PicoDet_ScalesBothAxesApart()
    {
        var network = new ScriptedNetwork(ScriptedNetwork.Describe(PicoDetFamily.Kind, 320, 320), 2, b =>
        {
            // Scores first: the order of outputs is no contract.
            b.Floats(0, 1, 1, 7)[3] = 0.8f;
            new float[] { 32, 64, 160, 320 }.CopyTo(b.Floats(1, 1, 7, 4).Slice(12, 4));
        });
        AssertBox(new Box(12.8f, 12.8f, 64, 64), Assert.Single(Run(network)).Box);
    }

    [Fact]
    public void Detect_BgrNetwork_SeesBlueFirst()
    {
        var descriptor = ScriptedNetwork.Describe(EndToEndFamily.Kind, 4, 4);
        descriptor = descriptor with { Input = descriptor.Input with { Colour = ColourOrder.Bgr } };
        float[] seen = [];
        var network = new ScriptedNetwork(descriptor, 1, b =>
        {
            seen = [b.Input[0], b.Input[16], b.Input[32]];
            b.Floats(0, 1, 0, 5);
        });
        var frame = new Frame(4, 4);
        for (var i = 0; i < 16; i++) { (frame.Pixels[i * 3], frame.Pixels[i * 3 + 1], frame.Pixels[i * 3 + 2]) = (10, 20, 30); }
        EstimatorFactory.Detector(network).Detect(frame, []);
        Assert.Equal([30f, 20f, 10f], seen);
    }

    [Fact]
    public void Constructor_PoseModel_IsRefusedByName() =>
        Assert.Contains("no person detector", Assert.Throws<UserError>(
            () => EstimatorFactory.Detector(new ScriptedNetwork(ScriptedNetwork.Describe(SimccFamily.Kind, 64, 64), 0, _ => { }))).Message, StringComparison.Ordinal);

    [Fact(DisableParallelization = true)]
    public void Detect_AfterWarmUp_AllocatesNothing()
    {
        long[] shape = [1, 40, 6];
        var network = new ScriptedNetwork(ScriptedNetwork.Describe(CenterNetFamily.Kind, 64, 64), 1, b =>
        {
            var values = b.Floats(0, shape);
            for (var i = 0; i < 40; i++) { (values[i * 6], values[i * 6 + 2], values[i * 6 + 3], values[i * 6 + 4]) = (i, i + 20, 30, 0.4f + i * 0.01f); }
        });
        var (detector, frame, found) = (EstimatorFactory.Detector(network), new Frame(80, 60), new List<Detection>());
        for (var i = 0; i < 50; i++) { detector.Detect(frame, found); }
        Assert.Equal(0, Allocations.OfBestRound(() =>
        {
            for (var i = 0; i < 300; i++) { detector.Detect(frame, found); }
        }));
    }
}
