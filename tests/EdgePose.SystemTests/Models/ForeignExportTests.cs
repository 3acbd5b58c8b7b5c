using EdgePose.Domain;
using EdgePose.Workshop.Models;

namespace EdgePose.SystemTests.Models;

/// <summary>Real networks as other exporters write them, tried on a frame of the demo clip: what works there works for the user.</summary>
public sealed class ForeignExportTests : IClassFixture<ForeignExportTests.Demo>
{
    private readonly Demo _demo;

    public ForeignExportTests(Demo demo) => _demo = demo;

    [Theory]
    [InlineData(true, "0..1, RGB", "mean: [0, 0, 0], std: [255, 255, 255]")]
    [InlineData(false, "0..255, RGB", "mean: [0, 0, 0], std: [1, 1, 1]")]
    public void Adopt_NetworkThatNormalisesItself_GetsTheValuesThatItWants(bool unit, string said, string written)
    {
        var adopted = Adopt(DerivedExports.SelfNormalising(unit));
        Assert.Equal("heatmap", adopted.Kind);
        Assert.Contains(written, adopted.Descriptor, StringComparison.Ordinal);
        Assert.Contains(adopted.Assumed, line => line.StartsWith($"values {said}: fits a frame of vtest.avi", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("objectness", "yolo-obj")]
    [InlineData("classes", "yolo")]
    [InlineData("classes-first", "yolo")]
    [InlineData("parts", "yolo")]
    [InlineData("chosen", "yolo-nms")]
    [InlineData("dets", "det-e2e")]
    [InlineData("pose", "yolo-pose")]
    [InlineData("pose-first", "yolo-pose")]
    public void Adopt_YoloxWithItsDecodingInTheGraph_FindsThePeopleOfTheClip(string form, string kind)
    {
        var adopted = Adopt(DerivedExports.Yolox(form));
        Assert.Equal(kind, adopted.Kind);
        // YOLOX takes 0..255 in the order BGR, which is the usual way of none of these families.
        Assert.Contains(adopted.Assumed, line => line.StartsWith("values 0..255, ", StringComparison.Ordinal));
        Assert.Contains("std: [1, 1, 1]", adopted.Descriptor, StringComparison.Ordinal);
    }

    private AdoptedModel Adopt(byte[] content) =>
        ModelAdoption.Adopt(new AdoptionRequest("mine", "mine.onnx", new string('0', 64), content) { Picture = _demo.Picture });

    /// <summary>The frame, decoded once.</summary>
    public sealed class Demo : IAsyncLifetime
    {
        internal TrialPicture? Picture { get; private set; }

        public async ValueTask InitializeAsync() => Picture = await TrialPicture.LoadAsync("", CancellationToken.None);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
