using EdgePose.ModelTools.Quantization.Numbers;

namespace EdgePose.ModelTools.Quantization.Calibration;

/// <summary>
/// Leaves out the rarest extremes (microsoft/onnxruntime:onnxruntime/python/tools/quantization/calibrate.py, PercentileCalibrator): bounds are
/// left edges of the first bins whose cumulated share reaches the limit.
/// </summary>
internal static class PercentileRange
{
    /// <param name="values">Counts around 0.</param>
    /// <param name="observed">What really occurred: the result stays inside.</param>
    /// <param name="percent">Share of the values to keep.</param>
    /// <param name="symmetric">Cut by absolute value; otherwise half of the rest at each end.</param>
    public static ValueRange Find(Histogram values, ValueRange observed, double percent, bool symmetric)
    {
        if (symmetric)
        {
            var threshold = Threshold(Folded(values), percent / 100) * values.Width;
            return new ValueRange((float)-threshold, (float)threshold).ClampTo(observed);
        }
        var cut = (100 - percent) / 200;
        return new ValueRange(values.Edge(Threshold(values.Counts, cut)), values.Edge(Threshold(values.Counts, 1 - cut))).ClampTo(observed);
    }

    /// <summary>First bin at which the cumulated share is at least <paramref name="share"/>.</summary>
    private static int Threshold(ReadOnlySpan<long> counts, double share)
    {
        var total = 0L;
        foreach (var count in counts) { total += count; }
        var sum = 0L;
        for (var i = 0; i < counts.Length; i++)
        {
            sum += counts[i];
            if ((double)sum / total >= share) { return i; }
        }
        return counts.Length - 1;
    }

    /// <summary>Counts by distance from 0, in bins of the same width.</summary>
    private static long[] Folded(Histogram values)
    {
        var half = values.Counts.Length / 2;
        var folded = new long[half];
        for (var i = 0; i < half; i++) { folded[i] = values.Counts[half + i] + values.Counts[half - 1 - i]; }
        return folded;
    }
}
