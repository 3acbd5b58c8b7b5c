using EdgePose.Domain;
using EdgePose.Workshop.Evaluation.Keypoints;

namespace EdgePose.Tests.Workshop.Evaluation.Keypoints;

public sealed class OksTests
{
    private static readonly double[] Sigmas = [0.1, 0.05];

    [Fact]
    public void Similarity_KnownDistances_IsTheFormula()
    {
        // d² = 25 and 4; 2 s² (2σ)² = 2 · 1000 · .04 = 80 and 2 · 1000 · .01 = 20.
        var oks = Oks.Similarity([10, 10, 2, 50, 50, 1], [0, 0, 60, 60], 1000, [13, 14, 1, 50, 52, 1], Sigmas);
        Assert.Equal((Math.Exp(-25.0 / 80) + Math.Exp(-4.0 / 20)) / 2, oks, 1e-12);
    }

    [Fact]
    public void Similarity_UnlabelledJoint_DoesNotEnter() =>
        Assert.Equal(1, Oks.Similarity([10, 10, 2, 0, 0, 0], [0, 0, 60, 60], 1000, [10, 10, 1, 500, 500, 1], Sigmas), 1e-12);

    [Fact]
    public void Similarity_NoLabelledJoint_MeasuresTheDistanceToTheGrownBox()
    {
        // The box 100..200 grown by its own width on each side is 0..300.
        var inside = Oks.Similarity([0, 0, 0, 0, 0, 0], [100, 100, 100, 100], 1000, [1, 1, 1, 299, 299, 1], Sigmas);
        Assert.Equal(1, inside, 1e-12);
        var outside = Oks.Similarity([0, 0, 0, 0, 0, 0], [100, 100, 100, 100], 1000, [305, 150, 1, 150, -2, 1], Sigmas);
        Assert.Equal((Math.Exp(-25.0 / 80) + Math.Exp(-4.0 / 20)) / 2, outside, 1e-12);
    }

    [Fact]
    public void Similarity_PersonWithoutArea_IsZeroUnlessExact()
    {
        Assert.Equal(1, Oks.Similarity([5, 5, 1, 6, 6, 1], [5, 5, 0, 0], 0, [5, 5, 1, 6, 6, 1], Sigmas));
        Assert.Equal(0, Oks.Similarity([5, 5, 1, 6, 6, 1], [5, 5, 0, 0], 0, [6, 5, 1, 7, 6, 1], Sigmas));
    }

    [Fact]
    public void Sigmas_OfCoco_AreThePublishedDecimals() => Assert.Equal(
        [.026, .025, .025, .035, .035, .079, .079, .072, .072, .062, .062, .107, .107, .087, .087, .089, .089],
        KeypointTask.Plain(new Sample(Skeletons.Coco17).Dataset).Sigmas);
}
