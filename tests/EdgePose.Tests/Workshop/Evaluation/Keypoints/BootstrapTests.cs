using EdgePose.Workshop.Evaluation.Keypoints;

namespace EdgePose.Tests.Workshop.Evaluation.Keypoints;

public sealed class BootstrapTests
{
    [Fact]
    public void Ap_WeightedPictures_IsTheApOfTheirCopies()
    {
        var images = Scene(seed: 3);
        var random = new Random(5);
        for (var round = 0; round < 50; round++)
        {
            var weights = images.Select(_ => random.Next(4)).ToArray();
            var copies = images.SelectMany((image, i) => Enumerable.Repeat(image, weights[i])).ToArray();
            var expected = PrecisionRecall.Of(copies, AreaRange.All).AveragePrecision;
            Assert.Equal(expected, new Bootstrap(images).Ap(weights) ?? -1, 1e-9);
        }
    }

    [Fact]
    public void OfAp_EqualSeeds_GiveEqualIntervalsAroundTheAp()
    {
        var images = Scene(seed: 8);
        var (first, second) = (new Bootstrap(images).OfAp(500, 1, 0.95, default), new Bootstrap(images).OfAp(500, 1, 0.95, default));
        Assert.Equal(first, second);
        Assert.InRange(KeypointScores.Of(images).Ap, first!.Value.Low, first.Value.High);
        Assert.True(first.Value.High - first.Value.Low > 0.01);
        var narrow = new Bootstrap(images).OfAp(500, 1, 0.5, default)!.Value;
        Assert.True(narrow.High - narrow.Low < first.Value.High - first.Value.Low);
    }

    [Fact]
    public void OfDifference_PairedDraws_AreNarrowerThanTheIntervalOfEither()
    {
        var images = Scene(seed: 3);
        var all = new Bootstrap(images);
        Assert.Equal(new Interval(0, 0), Bootstrap.OfDifference(all, new Bootstrap(images), 200, 1, 0.95, default));
        var other = new Bootstrap(Scene(seed: 3, lost: 4));
        var (difference, own) = (Bootstrap.OfDifference(all, other, 500, 1, 0.95, default)!.Value, all.OfAp(500, 1, 0.95, default)!.Value);
        int[] once = [.. Enumerable.Repeat(1, images.Count)];
        Assert.InRange(all.Ap(once)!.Value - other.Ap(once)!.Value, difference.Low, difference.High);
        Assert.True(difference.High > 0 && difference.High - difference.Low < own.High - own.Low, $"{difference} {own}");
    }

    [Fact]
    public void OfAp_NobodyCounts_IsNone() => Assert.Null(new Bootstrap(new Sample().Image(1).Found(1, 1, 1, 0.5).Prepare()).OfAp(10, 1, 0.95, default));

    [Fact]
    public void OfAp_Stopped_Ends() =>
        Assert.Throws<OperationCanceledException>(() => new Bootstrap(Scene(seed: 1)).OfAp(10, 1, 0.95, new CancellationToken(canceled: true)));

    private static IReadOnlyList<EvalImage> Scene(int seed, int lost = 0)
    {
        var (random, sample) = (new Random(seed), new Sample());
        for (var image = 1; image <= 12; image++)
        {
            sample.Image(image);
            for (var p = random.Next(3); p >= 0; p--)
            {
                var (x, y) = (random.Next(600), random.Next(400));
                sample.Person(image, x, y, crowd: random.Next(8) == 0);
                if (random.Next(4) > 0 && (x + random.Next(25), random.NextDouble()) is var (fx, score) && image != lost) { sample.Found(image, fx, y, score); }
                if (random.Next(2) > 0) { sample.Found(image, random.Next(600), random.Next(400), random.NextDouble()); }
            }
        }
        return sample.Prepare();
    }
}
