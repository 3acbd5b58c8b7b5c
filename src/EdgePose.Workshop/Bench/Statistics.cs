namespace EdgePose.Workshop.Bench;

/// <summary>The few figures of a bench.</summary>
internal static class Statistics
{
    /// <summary>Nearest-rank percentile of sorted values, <paramref name="q"/> in 0..1; 0 for none.</summary>
    public static double Percentile(IReadOnlyList<double> sorted, double q) =>
        sorted.Count == 0 ? 0 : sorted[Math.Clamp((int)Math.Ceiling(q * sorted.Count) - 1, 0, sorted.Count - 1)];

    public static double Median(IEnumerable<double> values) => Percentile([.. values.Order()], 0.5);

    public static Spread Spread(IEnumerable<double> values)
    {
        List<double> sorted = [.. values.Order()];
        return new Spread(
            Round(Percentile(sorted, 0.5)), Round(Percentile(sorted, 0.95)), Round(Percentile(sorted, 0.99)), Round(sorted.Count == 0 ? 0 : sorted.Average()));
    }

    /// <summary>Jain's index of fairness, (sum x)² / (n sum x²), in 1/n..1; 1 when all are zero (Jain, Chiu and Hawe, DEC-TR-301, 1984).</summary>
    public static double Jain(IReadOnlyCollection<double> shares)
    {
        var squares = shares.Sum(x => x * x);
        return squares == 0 ? 1 : shares.Sum() * shares.Sum() / (shares.Count * squares);
    }

    /// <summary>Four significant places are more than a bench can repeat.</summary>
    public static double Round(double value)
    {
        if (value == 0 || !double.IsFinite(value)) { return 0; }
        var digits = 3 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return digits is >= 0 and <= 15 ? Math.Round(value, digits) : Math.Round(value);
    }
}
