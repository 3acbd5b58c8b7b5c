namespace EdgePose.ModelTools.Quantization.Numbers;

/// <summary>A bias as int32 in units of input scale x weight scale, which is what integer kernels add to their sums.</summary>
internal static class BiasCodes
{
    /// <summary>Beyond rounding: the largest code has to stay inside int32 after the scales went through float32.</summary>
    private const double Margin = 1.0001;

    /// <summary>
    /// Enlarges weight scales under which the bias would leave int32. Channels with almost no weight (dying depth-wise filters) have tiny
    /// scales; their weights lose nothing by a larger one, but a bias that wraps around destroys the network.
    /// </summary>
    /// <param name="bias">One value a channel.</param>
    /// <param name="inputScale">Scale of the operator's input.</param>
    /// <param name="weightScales">One a channel, or one for all; enlarged in place.</param>
    /// <param name="factor">What the operator multiplies the bias by (Gemm's beta over alpha).</param>
    /// <returns>Number of scales that were enlarged.</returns>
    public static int Fit(ReadOnlySpan<float> bias, float inputScale, Span<float> weightScales, float factor = 1)
    {
        var enlarged = 0;
        for (var c = 0; c < bias.Length; c++)
        {
            ref var scale = ref weightScales[weightScales.Length == 1 ? 0 : c];
            var least = Math.Abs((double)bias[c] * factor) * Margin / ((double)int.MaxValue * inputScale);
            if (scale >= least) { continue; }
            scale = MathF.BitIncrement((float)least);
            enlarged++;
        }
        return enlarged;
    }

    /// <summary>Codes and scales of the bias.</summary>
    public static (int[] Codes, float[] Scales) Of(ReadOnlySpan<float> bias, float inputScale, ReadOnlySpan<float> weightScales)
    {
        var scales = new float[weightScales.Length];
        for (var c = 0; c < scales.Length; c++) { scales[c] = inputScale * weightScales[c]; }
        var codes = new int[bias.Length];
        for (var c = 0; c < codes.Length; c++)
        {
            var scale = scales[scales.Length == 1 ? 0 : c];
            // A product below float32's range: the channel adds nothing that a code could tell.
            var code = scale > 0 ? Math.Round((double)bias[c] / scale) : 0;
            codes[c] = (int)Math.Clamp(code, int.MinValue, int.MaxValue);
        }
        return (codes, scales);
    }
}
