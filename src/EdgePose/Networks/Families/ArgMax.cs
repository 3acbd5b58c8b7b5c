using System.Numerics;

namespace EdgePose.Networks.Families;

/// <summary>Arg-max over the values of one joint.</summary>
internal static class ArgMax
{
    /// <summary>Index of the largest value, the first one on ties; NaN never wins. -1 when there is nothing but NaN.</summary>
    public static int IndexOf(ReadOnlySpan<float> values)
    {
        var best = Largest(values);
        if (!float.IsNaN(best))
        {
            for (var i = 0; i < values.Length; i++)
            {
                if (values[i] == best) { return i; }
            }
        }
        return ScalarIndexOf(values);
    }

    private static float Largest(ReadOnlySpan<float> values)
    {
        if (values.Length < Vector<float>.Count) { return float.NaN; }
        var best = new Vector<float>(values);
        for (var i = Vector<float>.Count; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            best = Vector.Max(best, new Vector<float>(values[i..]));
        }
        best = Vector.Max(best, new Vector<float>(values[^Vector<float>.Count..]));
        var largest = best[0];
        for (var lane = 1; lane < Vector<float>.Count; lane++) { largest = MathF.Max(largest, best[lane]); }
        return largest;
    }

    private static int ScalarIndexOf(ReadOnlySpan<float> values)
    {
        var best = -1;
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsNaN(values[i]) && (best < 0 || values[i] > values[best])) { best = i; }
        }
        return best;
    }
}
