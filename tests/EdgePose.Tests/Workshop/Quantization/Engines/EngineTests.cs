using EdgePose.Domain;
using EdgePose.Networks.Families.EndToEnd;
using EdgePose.Networks.Families.LitePose;
using EdgePose.Networks.Families.MoveNet;
using EdgePose.Networks.TopDown;
using EdgePose.Networks;
using EdgePose.Tests.Networks.TopDown;
using EdgePose.Workshop.Quantization.Accuracy;
using EdgePose.Workshop.Quantization.Engines;
using EdgePose.Workshop.Quantization.Pictures;
using EdgePose.Workshop.Quantization;
using ScriptedNetwork = EdgePose.Tests.Networks.TopDown.ScriptedNetwork;

namespace EdgePose.Tests.Workshop.Quantization.Engines;

public sealed class EngineTests
{
    private static readonly ModelDescriptor Planar = ScriptedNetwork.Describe(MoveNetFamily.Kind, 192, 192);
    private static readonly ModelDescriptor Pose = Planar with { Skeleton = "coco17", Input = Planar.Input with { Layout = TensorLayout.Nhwc } };

    private static Frame Noise(int width, int height, int seed)
    {
        var frame = new Frame(width, height);
        new Random(seed).NextBytes(frame.Pixels);
        return frame;
    }

    /// <summary>Answers with joints at the place of the brightest value's index, so that the output depends on the input.</summary>
    private static ScriptedNetwork MoveNet(float error = 0) => new(Pose, 1, b =>
    {
        var values = b.Floats(0, 1, 1, 17, 3);
        for (var k = 0; k < 17; k++) { (values[3 * k], values[3 * k + 1], values[3 * k + 2]) = (b.IntInput[k] / 255f, b.IntInput[k + 99] / 255f + error, 0.9f); }
    });

    private static FrameFeed Feed() => new((sample, _) => Task.FromResult(Noise(320, 240, int.Parse(sample.Path, null))));

    private static SurveyedSample[] Samples(int count, params Detection[] boxes) =>
        [.. Enumerable.Range(0, count).Select(i => new SurveyedSample(new Sample($"{i}"), $"{i}", 320, 240, boxes, true))];

    [Fact]
    public void CalibrationInputs_TopDown_AreTheCropsThatTheEngineMakes()
    {
        var (network, boxes) = (MoveNet(), new Detection[] { new(new Box(20, 20, 90, 200), 0.9f), new(new Box(150, 10, 300, 230), 0.8f) });
        network.Bind(1, 192, 192).Run();
        var runs = network.Runs;
        var inputs = new CalibrationInputs(Samples(3, boxes), network, false, Feed(), default);
        Assert.Equal(6, inputs.Count);
        var made = inputs.Select(i => (i.Shape, Values: i.Values.ToArray())).ToList();
        Assert.Equal(runs, network.Runs);
        var expected = new List<float[]>();
        var estimator = EstimatorFactory.TopDown(new TappedNetwork(network, true, b => expected.Add(Array.ConvertAll(b.IntInput, v => (float)v))), null, new TopDownOptions());
        for (var i = 0; i < 3; i++) { estimator.EstimateBoxes(Noise(320, 240, i), boxes, new PoseList(17)); }
        Assert.Equal(expected, made.Select(m => m.Values));
        Assert.All(made, m => Assert.Equal([1, 192, 192, 3], m.Shape));
        // A second pass gives the same.
        Assert.Equal(made.Select(m => m.Values), inputs.Select(i => i.Values.ToArray()));
    }

    [Fact]
    public void CalibrationInputs_Detector_AreWholeLetterboxedPictures()
    {
        var network = new ScriptedNetwork(ScriptedNetwork.Describe(EndToEndFamily.Kind, 64, 64), 2, b => { b.Floats(0, 1, 1, 5); b.Integers(1, 1, 1)[0] = 0; });
        network.Bind(1, 64, 64).Run();
        var input = Assert.Single(new CalibrationInputs(Samples(1), network, false, Feed(), default));
        var binding = network.Bind(1, 64, 64);
        EstimatorFactory.Detector(network).Detect(Noise(320, 240, 0), []);
        Assert.Equal(binding.Input, input.Values.ToArray());
        Assert.Equal([1, 3, 64, 64], input.Shape);
    }

    [Fact]
    public void Compare_NetworkWithAnError_GivesItsSignalToNoiseRatioAndShift()
    {
        var samples = Samples(4, new Detection(new Box(20, 20, 200, 200), 0.9f));
        var reference = new Reference(MoveNet(), false, samples, Feed(), default);
        Assert.Equal(4, reference.Pictures);
        var (same, off) = (reference.Compare(MoveNet(), default), reference.Compare(MoveNet(0.1f), default));
        Assert.Equal((200, 1, 0), (same.SqnrDb, same.Likeness.Agreement, same.Likeness.MeanShift), (a, b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-9 && a.Item3 == b.Item3);
        Assert.InRange(off.SqnrDb!.Value, 5, 40);
        // A tenth of the crop is 19.2 pixels of the input.
        Assert.Equal(19.2, off.Likeness.MeanShift, 0.05);
    }

    [Fact]
    public void Compare_OutputsOfAnotherSize_HasNoRatio()
    {
        var descriptor = ScriptedNetwork.Describe(EndToEndFamily.Kind, 64, 64);
        ScriptedNetwork Finds(int boxes) => new(descriptor, 2, b => { b.Floats(0, 1, boxes, 5); b.Integers(1, 1, boxes).Clear(); });
        Assert.Null(new Reference(Finds(2), false, Samples(2), Feed(), default).Compare(Finds(3), default).SqnrDb);
    }

    [Theory]
    [InlineData(640, 480)]
    [InlineData(1920, 1080)]
    [InlineData(1280, 720)]
    [InlineData(480, 640)]
    [InlineData(2000, 500)]
    [InlineData(333, 777)]
    [InlineData(832, 448)]
    public void Fit_AnyPicture_GetsExactlyTheStaticInput(int width, int height)
    {
        foreach (var (w, h) in ((int, int)[])[(832, 448), (448, 448), (640, 448), (512, 256)])
        {
            var frame = Noise(width, height, 1);
            var canvas = Canvas.Fit(frame, w, h);
            var geometry = MultiScaleGeometry.For(canvas.Width, canvas.Height, h);
            Assert.Equal((w, h), (geometry.Width, geometry.Height));
            Assert.Equal(frame.Pixels.AsSpan(0, 3 * width).ToArray(), canvas.Pixels.AsSpan(0, 3 * width).ToArray());
            Assert.Equal(frame.Pixels.AsSpan((height - 1) * 3 * width, 3 * width).ToArray(), canvas.Pixels.AsSpan((height - 1) * 3 * canvas.Width, 3 * width).ToArray());
        }
    }
}
