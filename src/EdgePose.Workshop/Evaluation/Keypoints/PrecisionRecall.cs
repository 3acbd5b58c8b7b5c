namespace EdgePose.Workshop.Evaluation.Keypoints;

/// <summary>
/// Precision at 101 recalls and final recall of each OKS threshold (pycocotools' accumulate). All values are -1 where nobody counts.
/// </summary>
internal sealed class PrecisionRecall
{
    private const double Spacing = 2.220446049250313e-16;

    private PrecisionRecall()
    {
        Precision = [.. ImageMatches.Thresholds.Select(_ => Enumerable.Repeat(-1.0, RecallSteps.Length).ToArray())];
        Recall = [.. ImageMatches.Thresholds.Select(_ => -1.0)];
    }

    public static double[] RecallSteps { get; } = ImageMatches.Linspace(0, 1, 101);

    /// <summary>[threshold][recall step].</summary>
    public double[][] Precision { get; }
    public double[] Recall { get; }

    /// <summary>Mean over thresholds and recall steps.</summary>
    public double AveragePrecision => Precision.Average(p => p.Average());
    public double AverageRecall => Recall.Average();

    public double PrecisionAt(int threshold) => Precision[threshold].Average();

    public static PrecisionRecall Of(IEnumerable<EvalImage> images, AreaRange range)
    {
        var curve = new PrecisionRecall();
        var matches = images.Select(i => ImageMatches.Of(i, range)).OfType<ImageMatches>().ToArray();
        var valid = matches.Sum(m => m.Valid);
        if (valid == 0) { return curve; }
        var ordered = matches.SelectMany(m => m.Scores.Select((score, d) => (score, Hit: m.TruePositive[d], Out: m.Ignored[d])))
            .OrderByDescending(e => e.score).Select(e => (e.Hit, e.Out)).ToArray();
        for (var t = 0; t < curve.Recall.Length; t++) { curve.Accumulate(ordered, valid, t); }
        return curve;
    }

    private void Accumulate((int Hit, int Out)[] ordered, int valid, int t)
    {
        var (hits, misses) = (0, 0);
        var (recall, precision) = (new double[ordered.Length], new double[ordered.Length]);
        for (var i = 0; i < ordered.Length; i++)
        {
            if ((ordered[i].Hit >> t & 1) != 0) { hits++; }
            else if ((ordered[i].Out >> t & 1) == 0) { misses++; }
            recall[i] = (double)hits / valid;
            precision[i] = hits / (hits + misses + Spacing);
        }
        Recall[t] = ordered.Length > 0 ? recall[^1] : 0;
        for (var i = ordered.Length - 1; i > 0; i--) { precision[i - 1] = Math.Max(precision[i - 1], precision[i]); }
        for (int r = 0, at = 0; r < RecallSteps.Length; r++)
        {
            while (at < recall.Length && recall[at] < RecallSteps[r]) { at++; }
            Precision[t][r] = at < precision.Length ? precision[at] : 0;
        }
    }
}
