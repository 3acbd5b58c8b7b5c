namespace EdgePose.Workshop.Evaluation.Keypoints;

/// <summary>An interval that holds the figure in the given share of the resamples.</summary>
internal readonly record struct Interval(double Low, double High);

/// <summary>
/// Confidence interval of AP by drawing pictures with replacement (B. Efron, percentile method). A picture drawn w times counts w times,
/// which is exact as long as no two detections of a picture have the same score: copies of a hit follow one another in the ranking, and
/// the envelope of the precision only sees the last of them.
/// </summary>
internal sealed class Bootstrap
{
    private readonly int[] _valid;
    private readonly int[][] _ranked;
    private readonly double[] _recall, _precision;

    /// <param name="images">All pictures of the data set.</param>
    public Bootstrap(IReadOnlyList<EvalImage> images)
    {
        var matches = images.Select(i => ImageMatches.Of(i, AreaRange.All)).ToArray();
        _valid = [.. matches.Select(m => m?.Valid ?? 0)];
        var all = matches.SelectMany((m, image) => m is null ? [] : m.Scores.Select((score, d) => (score, image, Hit: m.TruePositive[d], Out: m.Ignored[d])))
            .OrderByDescending(e => e.score).ToArray();
        // For each threshold the detections that count: index of the picture and, in the lowest bit, whether it was a hit.
        _ranked = [.. Enumerable.Range(0, ImageMatches.Thresholds.Length).Select(t => all
            .Where(e => ((e.Hit | ~e.Out) >> t & 1) != 0).Select(e => e.image << 1 | (e.Hit >> t & 1)).ToArray())];
        (_recall, _precision) = (new double[all.Length], new double[all.Length]);
    }

    /// <summary>The interval, or null when nobody counts.</summary>
    /// <param name="resamples">How often to draw.</param>
    /// <param name="seed">Equal seeds give equal intervals.</param>
    /// <param name="level">Share of resamples inside, such as .95.</param>
    /// <param name="stop">Ends the work early.</param>
    public Interval? OfAp(int resamples, int seed, double level, CancellationToken stop) =>
        _valid.Sum() == 0 ? null : Of(_valid.Length, weights => Ap(weights), resamples, seed, level, stop);

    /// <summary>The interval of AP(<paramref name="first"/>) - AP(<paramref name="second"/>), both on the same draws of the same pictures; null when nobody counts.</summary>
    /// <param name="first">Of one model.</param>
    /// <param name="second">Of the other.</param>
    /// <param name="resamples">How often to draw.</param>
    /// <param name="seed">Equal seeds give equal intervals.</param>
    /// <param name="level">Share of resamples inside.</param>
    /// <param name="stop">Ends the work early.</param>
    public static Interval? OfDifference(Bootstrap first, Bootstrap second, int resamples, int seed, double level, CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(first._valid.Length, second._valid.Length);
        return Of(first._valid.Length, weights => first.Ap(weights) - second.Ap(weights), resamples, seed, level, stop);
    }

    /// <summary>The interval of any figure of a set of pictures; null when no draw has one.</summary>
    /// <param name="pictures">Number of pictures.</param>
    /// <param name="figure">The figure where picture i counts as often as the array says; null when there is none.</param>
    /// <param name="resamples">How often to draw.</param>
    /// <param name="seed">Equal seeds give equal intervals.</param>
    /// <param name="level">Share of resamples inside.</param>
    /// <param name="stop">Ends the work early.</param>
    public static Interval? Of(int pictures, Func<int[], double?> figure, int resamples, int seed, double level, CancellationToken stop)
    {
        var random = new Random(seed);
        var (weights, values) = (new int[pictures], new List<double>(resamples));
        for (var i = 0; i < resamples; i++)
        {
            stop.ThrowIfCancellationRequested();
            Array.Clear(weights);
            for (var n = 0; n < weights.Length; n++) { weights[random.Next(weights.Length)]++; }
            if (figure(weights) is { } value) { values.Add(value); }
        }
        values.Sort();
        return values.Count == 0 ? null : new Interval(Quantile(values, (1 - level) / 2), Quantile(values, (1 + level) / 2));
    }

    /// <summary>AP where picture i counts <paramref name="weights"/>[i] times; null when nobody counts.</summary>
    public double? Ap(ReadOnlySpan<int> weights)
    {
        var valid = 0L;
        for (var i = 0; i < weights.Length; i++) { valid += (long)weights[i] * _valid[i]; }
        if (valid == 0) { return null; }
        var sum = 0.0;
        foreach (var ranked in _ranked) { sum += Ap(ranked, weights, valid); }
        return sum / _ranked.Length;
    }

    private double Ap(int[] ranked, ReadOnlySpan<int> weights, long valid)
    {
        var (hits, misses, steps) = (0L, 0L, 0);
        foreach (var entry in ranked)
        {
            var weight = weights[entry >> 1];
            if (weight == 0) { continue; }
            if ((entry & 1) == 0) { misses += weight; continue; }
            hits += weight;
            (_recall[steps], _precision[steps]) = ((double)hits / valid, (double)hits / (hits + misses));
            steps++;
        }
        for (var i = steps - 1; i > 0; i--) { _precision[i - 1] = Math.Max(_precision[i - 1], _precision[i]); }
        var (sum, at) = (0.0, 0);
        foreach (var step in PrecisionRecall.RecallSteps)
        {
            while (at < steps && _recall[at] < step) { at++; }
            if (at == steps) { break; }
            sum += _precision[at];
        }
        return sum / PrecisionRecall.RecallSteps.Length;
    }

    private static double Quantile(List<double> sorted, double q)
    {
        var at = q * (sorted.Count - 1);
        var low = (int)at;
        var high = Math.Min(low + 1, sorted.Count - 1);
        return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
    }
}
