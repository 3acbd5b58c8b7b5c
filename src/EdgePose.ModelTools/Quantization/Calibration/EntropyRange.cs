using EdgePose.ModelTools.Quantization.Numbers;

namespace EdgePose.ModelTools.Quantization.Calibration;

/// <summary>
/// The clipping after which the quantized distribution tells most about the original one: least Kullback-Leibler divergence
/// (microsoft/onnxruntime:onnxruntime/python/tools/quantization/calibrate.py, HistogramCollector.get_entropy_threshold).
/// </summary>
internal static class EntropyRange
{
    /// <summary>Bins after quantization: the positive and negative halves of 7 bits.</summary>
    public const int QuantizedBins = 128;

    private const float Epsilon = 1e-4f;

    /// <param name="values">Counts around 0; an even number of bins, at least <see cref="QuantizedBins"/>. With exactly as many there is one
    /// candidate, the whole range: the result is that of min-max.</param>
    /// <param name="observed">What really occurred: the result stays inside.</param>
    public static ValueRange Find(Histogram values, ValueRange observed)
    {
        var (best, least) = (values.Counts.Length / 2, float.PositiveInfinity);
        for (var half = QuantizedBins / 2; half <= values.Counts.Length / 2; half++)
        {
            var divergence = Divergence(values.Counts, half);
            if (divergence < least) { (best, least) = (half, divergence); }
        }
        var (start, end) = Slice(values.Counts.Length, best);
        return new ValueRange(values.Edge(start), values.Edge(end)).ClampTo(observed);
    }

    /// <summary>Divergence when only <paramref name="half"/> bins on each side of 0 are kept; infinite when it cannot be told.</summary>
    private static float Divergence(ReadOnlySpan<long> counts, int half)
    {
        var (start, end) = Slice(counts.Length, half);
        var inside = counts[start..end];
        var p = new float[inside.Length];
        for (var i = 0; i < p.Length; i++) { p[i] = inside[i]; }
        var (left, right) = (Sum(counts[..start]), Sum(counts[end..]));
        var original = inside.ToArray();
        original[0] += left;
        original[^1] += right;
        for (var i = 0; i < p.Length; i++) { p[i] = original[i]; }
        var q = Quantized(inside, original);
        return Smooth(p) && Smooth(q) ? KullbackLeibler(p, q) : float.PositiveInfinity;
    }

    private static (int Start, int End) Slice(int bins, int half) => ((bins / 2) - half, Math.Min((bins / 2) + half + 1, bins));

    /// <summary>Merges bins into <see cref="QuantizedBins"/> groups and spreads each group evenly over its bins again, in whole numbers.</summary>
    private static float[] Quantized(ReadOnlySpan<long> inside, ReadOnlySpan<long> withOutliers)
    {
        var merged = inside.Length / QuantizedBins;
        var q = new float[inside.Length];
        for (var group = 0; group < QuantizedBins; group++)
        {
            var first = group * merged;
            var sum = Sum(inside.Slice(first, group == QuantizedBins - 1 ? inside.Length - first : merged));
            var used = 0;
            for (var i = first; i < first + merged; i++) { used += withOutliers[i] != 0 ? 1 : 0; }
            if (used > 0) { q.AsSpan(first, merged).Fill((long)((double)sum / used)); }
        }
        return q;
    }

    /// <summary>Gives empty bins a little of the others' weight; false when nothing could give.</summary>
    private static bool Smooth(float[] values)
    {
        var zeros = values.Count(v => v == 0);
        if (zeros == values.Length) { return false; }
        var taken = Epsilon * zeros / (values.Length - zeros);
        if (taken >= 1) { return false; }
        for (var i = 0; i < values.Length; i++) { values[i] += values[i] == 0 ? Epsilon : -taken; }
        return true;
    }

    private static float KullbackLeibler(ReadOnlySpan<float> p, ReadOnlySpan<float> q)
    {
        var (sumP, sumQ) = (0.0, 0.0);
        for (var i = 0; i < p.Length; i++) { (sumP, sumQ) = (sumP + p[i], sumQ + q[i]); }
        var divergence = 0.0;
        for (var i = 0; i < p.Length; i++)
        {
            var (a, b) = ((float)(p[i] / sumP), (float)(q[i] / sumQ));
            divergence += a * Math.Log(a / b);
        }
        return (float)divergence;
    }

    private static long Sum(ReadOnlySpan<long> counts)
    {
        var sum = 0L;
        foreach (var count in counts) { sum += count; }
        return sum;
    }
}
