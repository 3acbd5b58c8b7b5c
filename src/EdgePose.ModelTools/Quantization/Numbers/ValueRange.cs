namespace EdgePose.ModelTools.Quantization.Numbers;

/// <summary>An interval of real values; empty (no value seen) while <see cref="Min"/> is above <see cref="Max"/>.</summary>
internal readonly record struct ValueRange(float Min, float Max)
{
    public static ValueRange Empty => new(float.PositiveInfinity, float.NegativeInfinity);

    public bool IsEmpty => !(Min <= Max);

    public bool IsFinite => float.IsFinite(Min) && float.IsFinite(Max);

    public ValueRange Union(ValueRange other) => new(Math.Min(Min, other.Min), Math.Max(Max, other.Max));

    /// <summary>The part inside <paramref name="other"/>.</summary>
    public ValueRange ClampTo(ValueRange other) => new(Math.Clamp(Min, other.Min, other.Max), Math.Clamp(Max, other.Min, other.Max));

    /// <summary>The range of all values; an empty one when there are none. NaN makes it NaN.</summary>
    public static ValueRange Of(ReadOnlySpan<float> values)
    {
        var (min, max) = (float.PositiveInfinity, float.NegativeInfinity);
        var i = 0;
        if (System.Numerics.Vector.IsHardwareAccelerated && values.Length >= System.Numerics.Vector<float>.Count)
        {
            var (low, high) = (new System.Numerics.Vector<float>(min), new System.Numerics.Vector<float>(max));
            for (; i <= values.Length - System.Numerics.Vector<float>.Count; i += System.Numerics.Vector<float>.Count)
            {
                var v = new System.Numerics.Vector<float>(values[i..]);
                (low, high) = (System.Numerics.Vector.Min(low, v), System.Numerics.Vector.Max(high, v));
            }
            for (var k = 0; k < System.Numerics.Vector<float>.Count; k++) { (min, max) = (MathF.Min(min, low[k]), MathF.Max(max, high[k])); }
        }
        for (; i < values.Length; i++) { (min, max) = (MathF.Min(min, values[i]), MathF.Max(max, values[i])); }
        return new ValueRange(min, max);
    }
}
