namespace EdgePose.ModelTools.Quantization.Numbers;

/// <summary>How real values become codes: code = round(value / scale) + zero point, clipped to the type.</summary>
/// <param name="Type">Integer type of the codes.</param>
/// <param name="Scale">Value of one step; positive.</param>
/// <param name="ZeroPoint">The code of 0.</param>
internal readonly record struct QuantParams(IntegerType Type, float Scale, int ZeroPoint)
{
    /// <summary>Smallest normal float32: a smaller step would be flushed to zero by the kernels.</summary>
    private const float SmallestScale = 1.17549435e-38f;

    /// <summary>
    /// Lays the codes of a type over a range, which is widened to hold 0 exactly
    /// (microsoft/onnxruntime:onnxruntime/python/tools/quantization/quant_utils.py, compute_scale_zp).
    /// </summary>
    /// <param name="range">What has to be representable; not empty.</param>
    /// <param name="type">Type of the codes.</param>
    /// <param name="symmetric">Zero in the middle.</param>
    /// <param name="reduced">One bit less.</param>
    /// <param name="minimumWidth">Least width of the range; 0 = any.</param>
    public static QuantParams Of(ValueRange range, IntegerType type, bool symmetric, bool reduced = false, float minimumWidth = 0)
    {
        var (min, max) = (Math.Min(range.Min, 0), Math.Max(range.Max, 0));
        if (minimumWidth > 0) { max = Math.Max(max, min + minimumWidth); }
        if (symmetric)
        {
            max = Math.Max(-min, max);
            min = -max;
        }
        var (qmin, qmax) = type.Range(symmetric, reduced);
        var scale = (double)(max - min) / (qmax - qmin);
        if (scale < SmallestScale) { return new QuantParams(type, 1, 0); }
        var zero = symmetric ? Math.Round((qmin + qmax) / 2.0) : Math.Round(qmin - (min / scale));
        return new QuantParams(type, (float)scale, (int)zero);
    }

    /// <summary>The code of a value; halves round to even, as QuantizeLinear does.</summary>
    public int Quantize(float value)
    {
        var (min, max) = Type.Full();
        // In double: a huge quotient must saturate, not overflow.
        return (int)Math.Clamp((double)MathF.Round(value / Scale) + ZeroPoint, min, max);
    }

    public float Dequantize(int code) => (code - ZeroPoint) * Scale;

    /// <summary>Values that have a code of their own.</summary>
    public ValueRange Representable
    {
        get
        {
            var (min, max) = Type.Full();
            return new ValueRange(Dequantize(min), Dequantize(max));
        }
    }
}
