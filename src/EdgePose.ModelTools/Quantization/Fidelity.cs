using EdgePose.ModelTools.Quantization.Graphs;

namespace EdgePose.ModelTools.Quantization;

/// <summary>Compares the outputs of a quantized model with those of the float one.</summary>
public static class Fidelity
{
    /// <summary>Runs both models on all inputs.</summary>
    /// <returns>One entry for each output, in the order of the graph.</returns>
    public static IReadOnlyList<OutputFidelity> Compare(IGraphRunner runner, byte[] floatModel, byte[] quantized, IEnumerable<GraphInput> inputs)
    {
        using var exact = runner.Open(floatModel, "the float model", optimize: true, threads: 1);
        using var rough = runner.Open(quantized, "the quantized model", optimize: true, threads: 1);
        var sums = new Dictionary<string, (double Signal, double Noise, double Largest)>(StringComparer.Ordinal);
        var order = new List<string>();
        var expected = new Dictionary<string, float[]>(StringComparer.Ordinal);
        foreach (var input in inputs)
        {
            expected.Clear();
            exact.Run(input, [], (name, _, values) => expected[name] = values.ToArray());
            rough.Run(input, [], (name, _, values) =>
            {
                if (!sums.TryGetValue(name, out var sum)) { order.Add(name); }
                sums[name] = Add(sum, expected[name], values);
            });
        }
        return [.. order.Select(name => new OutputFidelity(name, Decibels(sums[name].Signal, sums[name].Noise), sums[name].Largest))];
    }

    private static (double Signal, double Noise, double Largest) Add((double Signal, double Noise, double Largest) sum, float[] exact, ReadOnlySpan<float> rough)
    {
        if (exact.Length != rough.Length) { return (sum.Signal, double.PositiveInfinity, double.PositiveInfinity); }
        var (signal, noise, largest) = sum;
        for (var i = 0; i < exact.Length; i++)
        {
            var error = (double)rough[i] - exact[i];
            signal += (double)exact[i] * exact[i];
            noise += error * error;
            largest = Math.Max(largest, Math.Abs(error));
        }
        return (signal, noise, largest);
    }

    private static double Decibels(double signal, double noise) => noise == 0 ? double.PositiveInfinity : 10 * Math.Log10(signal / noise);
}
