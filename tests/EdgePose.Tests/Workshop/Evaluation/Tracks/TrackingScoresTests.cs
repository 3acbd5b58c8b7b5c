using EdgePose.Workshop.Evaluation.Tracks;

namespace EdgePose.Tests.Workshop.Evaluation.Tracks;

/// <summary>Small sequences with the figures that TrackEval gives for them.</summary>
public sealed class TrackingScoresTests
{
    private const double Tolerance = 1e-6;

    [Fact]
    public void Of_OneSwitchInFiveFrames_CostsIdentityMoreThanMota()
    {
        var s = TrackingScores.Of([.. new long[] { 7, 7, 9, 9, 9 }.Select(t => Frame([1], [t], 0.8))]);
        Assert.Equal((1, 0, 1), (s.Clear.IdSwitches, s.Clear.Fragments, s.Clear.MostlyTracked));
        Assert.Equal([0.8, 0.8, 0.6, 0.607251, 0.842105, 0.437895, 0.831579],
            [s.Clear.Mota, s.Clear.Motp, s.Identity.F1, s.Hota.Hota, s.Hota.DetA, s.Hota.AssA, s.Hota.LocA], Near);
    }

    [Fact]
    public void Of_EmptyFrames_KeepTheLastPairs()
    {
        var s = TrackingScores.Of(
        [
            Frame([1, 2], [5, 6], 0.9, 0, 0, 0.7), Frame([1, 2], []), Frame([1, 2], [5, 8], 0.9, 0.1, 0.2, 0.6), Frame([], [5]),
            Frame([1, 2], [5, 6], 0.45, 0.1, 0.1, 0.95), Frame([1, 2], [5, 6], 0.9, 0.1, 0.1, 0.95),
        ]);
        Assert.Equal((7, 3, 2, 2, 1), (s.Clear.TruePositives, s.Clear.FalseNegatives, s.Clear.FalsePositives, s.Clear.IdSwitches, s.Clear.Fragments));
        Assert.Equal([0.3, 0.842857, 0.5, 0.19, 0.631579, 0.6, 0.666667, 0.531475, 0.587293, 0.808371],
            [s.Clear.Mota, s.Clear.Motp, s.Clear.Moda, s.Clear.SoftMota, s.Identity.F1, s.Identity.Recall, s.Identity.Precision, s.Hota.Hota, s.Hota.AssRe, s.Hota.AssPr], Near);
    }

    [Fact]
    public void Of_CrossingTracks_StayPairedWhileTheyMay()
    {
        var s = TrackingScores.Of(
        [
            Frame([1, 2], [1, 2], 0.9, 0.2, 0.2, 0.9), Frame([1, 2], [1, 2], 0.6, 0.55, 0.55, 0.6), Frame([1, 2], [1, 2], 0.3, 0.8, 0.8, 0.3),
            Frame([1, 2], [1, 2], 0.2, 0.9, 0.9, 0.2),
        ]);
        Assert.Equal(2, s.Clear.IdSwitches);
        Assert.Equal([0.75, 0.75, 0.532345, 0.77193, 0.367251], [s.Clear.Mota, s.Identity.F1, s.Hota.Hota, s.Hota.DetA, s.Hota.AssA], Near);
    }

    [Fact]
    public void Of_MissedAndExtra_LowerBoth()
    {
        var s = TrackingScores.Of(
        [
            Frame([1, 2, 3], [1, 2, 4], 0.75, 0, 0, 0, 0.52, 0, 0, 0, 0.1), Frame([1, 2, 3], [1, 2, 3, 4], 0.8, 0, 0, 0, 0, 0.66, 0.1, 0, 0, 0.2, 0.7, 0),
            Frame([1, 2, 3], [1, 3], 0.8, 0, 0, 0, 0, 0.93),
        ]);
        Assert.Equal((1, 2, 0), (s.Clear.MostlyTracked, s.Clear.PartlyTracked, s.Clear.MostlyLost));
        Assert.Equal([0.555556, 0.737143, 0.777778, 0.56446, 0.608187], [s.Clear.Mota, s.Clear.Motp, s.Identity.F1, s.Hota.Hota, s.Hota.DetPr], Near);
    }

    [Fact]
    public void Of_NoFrames_IsZeroAndFinite()
    {
        var s = TrackingScores.Of([]);
        Assert.Equal((0, 0, 0), (s.Clear.Mota, s.Identity.F1, s.Hota.Hota));
    }

    [Fact]
    public void BestPairs_RandomScores_AreTheBestOfAllAssignments()
    {
        var random = new Random(11);
        for (var round = 0; round < 300; round++)
        {
            var (rows, columns) = (random.Next(1, 6), random.Next(1, 6));
            var score = Enumerable.Range(0, rows * columns).Select(_ => random.Next(3) == 0 ? 0 : random.NextDouble()).ToArray();
            var pairs = BestPairs.Find(score, rows, columns);
            Assert.Equal(Math.Min(rows, columns), pairs.Where(c => c >= 0).Distinct().Count());
            Assert.Equal(Best(score, rows, columns, 0, 0), pairs.Select((c, r) => c < 0 ? 0 : score[r * columns + c]).Sum(), 1e-9);
        }
    }

    // All assignments, by brute force.
    private static double Best(double[] score, int rows, int columns, int row, int used)
    {
        if (row == rows) { return 0; }
        var best = Best(score, rows, columns, row + 1, used);
        for (var c = 0; c < columns; c++)
        {
            if ((used >> c & 1) == 0) { best = Math.Max(best, score[row * columns + c] + Best(score, rows, columns, row + 1, used | 1 << c)); }
        }
        return best;
    }

    private static TrackingFrame Frame(long[] truth, long[] tracks, params double[] similarity) => new(truth, tracks, similarity);

    private static bool Near(double a, double b) => Math.Abs(a - b) <= Tolerance;
}
