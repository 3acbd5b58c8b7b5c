namespace EdgePose.ModelTools.LitePose;

/// <summary>
/// A batch norm as a factor and an offset per channel, in double: y = x · γ/√(σ²+ε) + β − μγ/√(σ²+ε). Folding scales the weights of the
/// convolution before it; sums are linear, so the same holds for the sum of two transposed convolutions.
/// </summary>
internal sealed class FoldedNorm
{
    /// <summary>PyTorch's default, which LitePose uses.</summary>
    private const double Epsilon = 1e-5;

    private readonly double[] _factor;

    private FoldedNorm(double[] factor, float[] bias) => (_factor, Bias) = (factor, bias);

    public float[] Bias { get; }

    public static FoldedNorm Read(StateDict state, string name, int channels)
    {
        var gamma = state.Get($"{name}.weight", channels);
        var beta = state.Get($"{name}.bias", channels);
        var mean = state.Get($"{name}.running_mean", channels);
        var variance = state.Get($"{name}.running_var", channels);
        var (factor, bias) = (new double[channels], new float[channels]);
        for (var c = 0; c < channels; c++)
        {
            factor[c] = gamma[c] / Math.Sqrt(variance[c] + Epsilon);
            bias[c] = (float)(beta[c] - (mean[c] * factor[c]));
            if (!float.IsFinite(bias[c]) || !double.IsFinite(factor[c]))
            {
                throw new ModelToolsException($"{state.File}: the batch norm '{name}' has a variance of {variance[c]} in channel {c}");
            }
        }
        return new FoldedNorm(factor, bias);
    }

    /// <summary>Weights [out, ...] of a convolution, scaled along their first axis.</summary>
    public float[] ScaleFirstAxis(float[] weights)
    {
        var (scaled, row) = (new float[weights.Length], weights.Length / _factor.Length);
        for (var i = 0; i < weights.Length; i++) { scaled[i] = (float)(weights[i] * _factor[i / row]); }
        return scaled;
    }

    /// <summary>Weights [in, out, ...] of a transposed convolution, scaled along their second axis.</summary>
    public float[] ScaleSecondAxis(float[] weights, int inputs)
    {
        var (scaled, kernel) = (new float[weights.Length], weights.Length / inputs / _factor.Length);
        for (var i = 0; i < weights.Length; i++) { scaled[i] = (float)(weights[i] * _factor[i / kernel % _factor.Length]); }
        return scaled;
    }
}
