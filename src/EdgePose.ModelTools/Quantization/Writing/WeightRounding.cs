namespace EdgePose.ModelTools.Quantization.Writing;

/// <summary>
/// Rounds the weights of an output together instead of one by one, so that their errors cancel for the inputs that really occur: least
/// eᵀ C e with the errors e of a row and the covariance C of its inputs, the objective of Nagel et al., arXiv:2004.10568, eq. 10, descended
/// coordinate by coordinate from the nearest codes. What is left in the mean is the bias's to correct.
/// </summary>
internal static class WeightRounding
{
    private const int Sweeps = 20;

    /// <summary>Makes channels that never vary cost something, so that their weights stay near.</summary>
    private const double Ridge = 1e-3;

    /// <param name="weights">A row's weights in units of its scale.</param>
    /// <param name="codes">Nearest codes; replaced by better ones.</param>
    /// <param name="covariance">Of the inputs, row-major.</param>
    /// <param name="most">Largest absolute code.</param>
    public static void Apply(ReadOnlySpan<float> weights, Span<int> codes, ReadOnlySpan<double> covariance, int most)
    {
        var n = weights.Length;
        var trace = 0.0;
        for (var i = 0; i < n; i++) { trace += covariance[(i * n) + i]; }
        if (trace <= 0) { return; }
        var ridge = Ridge * trace / n;
        // gradient = C e
        var gradient = new double[n];
        for (var i = 0; i < n; i++)
        {
            var sum = ridge * (codes[i] - weights[i]);
            for (var k = 0; k < n; k++) { sum += covariance[(i * n) + k] * (codes[k] - weights[k]); }
            gradient[i] = sum;
        }
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            var changed = false;
            for (var i = 0; i < n; i++)
            {
                var curvature = covariance[(i * n) + i] + ridge;
                var step = Math.Clamp((int)Math.Round(-gradient[i] / curvature), -most - codes[i], most - codes[i]);
                if (step == 0) { continue; }
                codes[i] += step;
                changed = true;
                for (var k = 0; k < n; k++) { gradient[k] += step * covariance[(i * n) + k]; }
                gradient[i] += step * ridge;
            }
            if (!changed) { return; }
        }
    }
}
