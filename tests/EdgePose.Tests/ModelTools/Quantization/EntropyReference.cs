using EdgePose.ModelTools.Quantization.Numbers;

namespace EdgePose.Tests.ModelTools.Quantization;

/// <summary>The search for the least divergence written down step by step, without care for speed.</summary>
internal static class EntropyReference
{
    private const int Codes = 128;

    public static ValueRange Find(long[] histogram, float low, float high, ValueRange observed)
    {
        var bins = histogram.Length;
        var width = ((double)high - low) / bins;
        var candidates = Enumerable.Range(Codes / 2, (bins / 2) - (Codes / 2) + 1).Select(i => (Start: (bins / 2) - i, End: Math.Min((bins / 2) + i + 1, bins))).ToList();
        var best = candidates.Select(c => (Candidate: c, Divergence: Divergence(histogram, c.Start, c.End))).MinBy(c => c.Divergence).Candidate;
        var range = new ValueRange((float)(low + (best.Start * width)), best.End == bins ? high : (float)(low + (best.End * width)));
        return new ValueRange(Math.Max(range.Min, observed.Min), Math.Min(range.Max, observed.Max));
    }

    private static float Divergence(long[] histogram, int start, int end)
    {
        var slice = histogram[start..end].ToList();
        var p = slice.ToList();
        p[0] += histogram[..start].Sum();
        p[^1] += histogram[end..].Sum();
        var size = slice.Count / Codes;
        var q = new List<long>(new long[slice.Count]);
        for (var code = 0; code < Codes; code++)
        {
            var members = Enumerable.Range(code * size, size).ToList();
            var sum = members.Sum(m => slice[m]) + (code == Codes - 1 ? slice.Skip(Codes * size).Sum() : 0);
            var nonZero = members.Count(m => p[m] != 0);
            foreach (var m in members.Where(_ => nonZero > 0)) { q[m] = (long)((double)sum / nonZero); }
        }
        return Smooth(p) is { } a && Smooth(q) is { } b ? KullbackLeibler(a, b) : float.PositiveInfinity;
    }

    private static List<float>? Smooth(List<long> counts)
    {
        var zeros = counts.Count(c => c == 0);
        if (zeros == counts.Count) { return null; }
        var taken = 1e-4f * zeros / (counts.Count - zeros);
        return taken >= 1 ? null : [.. counts.Select(c => c == 0 ? 1e-4f : c - taken)];
    }

    private static float KullbackLeibler(List<float> p, List<float> q)
    {
        var (sumP, sumQ) = (p.Sum(v => (double)v), q.Sum(v => (double)v));
        return (float)p.Zip(q).Sum(pair => (float)(pair.First / sumP) * Math.Log((float)(pair.First / sumP) / (float)(pair.Second / sumQ)));
    }
}
