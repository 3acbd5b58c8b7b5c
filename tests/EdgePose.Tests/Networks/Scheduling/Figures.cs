namespace EdgePose.Tests.Networks.Scheduling;

internal static class Figures
{
    /// <summary>Jain's index of fairness (Jain, Chiu, Hawe 1984): 1 = all equal, 1/n = one has all.</summary>
    public static double Jain(IEnumerable<double> shares)
    {
        var x = shares.ToList();
        var sum = x.Sum();
        return sum * sum / (x.Count * x.Sum(v => v * v));
    }

    /// <summary>Nearest rank.</summary>
    public static double Percentile(IEnumerable<double> values, double q)
    {
        var sorted = values.Order().ToList();
        return sorted[Math.Clamp((int)Math.Ceiling(q * sorted.Count) - 1, 0, sorted.Count - 1)];
    }
}
