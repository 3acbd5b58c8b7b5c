using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Numbers;
using EdgePose.ModelTools.Quantization.Preparation;

namespace EdgePose.ModelTools.Quantization.Calibration;

/// <summary>Measures how large the values of each channel get.</summary>
internal static class ChannelSizes
{
    /// <summary>Pictures that are run: the factors need no exact extremes.</summary>
    private const int Enough = 24;

    /// <returns>Largest absolute value of each channel (axis 1), by value.</returns>
    public static IReadOnlyDictionary<string, float[]> Measure(ModelProto model, TensorFacts facts, string name, IReadOnlyList<string> values,
        IGraphRunner runner, IReadOnlyCollection<GraphInput> inputs, IProgress<QuantizationProgress>? progress, CancellationToken stop)
    {
        var largest = new Dictionary<string, float[]>(StringComparer.Ordinal);
        GraphPass.Run("channels", model, facts, name, values, runner, new EvenlySpaced(inputs, Enough), (value, shape, floats) =>
        {
            var channels = (int)shape[1];
            if (!largest.TryGetValue(value, out var sizes)) { largest[value] = sizes = new float[channels]; }
            var inner = floats.Length / (int)shape[0] / channels;
            for (var row = 0; row < shape[0] * channels; row++)
            {
                var range = ValueRange.Of(floats.Slice(row * inner, inner));
                ref var size = ref sizes[row % channels];
                size = Math.Max(size, Math.Max(Math.Abs(range.Min), Math.Abs(range.Max)));
            }
        }, progress, stop);
        return largest;
    }

    /// <summary>At most so many of the inputs, from everywhere in the set.</summary>
    private sealed class EvenlySpaced(IReadOnlyCollection<GraphInput> inputs, int most) : IReadOnlyCollection<GraphInput>
    {
        public int Count => Math.Min(inputs.Count, most);

        public IEnumerator<GraphInput> GetEnumerator()
        {
            var (index, taken) = (0, 0);
            foreach (var input in inputs)
            {
                if ((long)index++ * Count / inputs.Count < taken || taken == Count) { continue; }
                taken++;
                yield return input;
            }
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
