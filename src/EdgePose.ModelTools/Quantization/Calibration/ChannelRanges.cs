using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Numbers;
using EdgePose.ModelTools.Quantization.Preparation;

namespace EdgePose.ModelTools.Quantization.Calibration;

/// <summary>Measures the range of each channel.</summary>
internal static class ChannelRanges
{
    /// <summary>Pictures that are run: the factors need no exact extremes.</summary>
    private const int Enough = 24000;

    /// <returns>Range of each channel (axis 1), by value.</returns>
    public static IReadOnlyDictionary<string, ValueRange[]> Measure(ModelProto model, TensorFacts facts, string name, IReadOnlyList<string> values,
        IGraphRunner runner, IReadOnlyCollection<GraphInput> inputs, IProgress<QuantizationProgress>? progress, CancellationToken stop)
    {
        var ranges = new Dictionary<string, ValueRange[]>(StringComparer.Ordinal);
        GraphPass.Run("channels", model, facts, name, values, runner, new EvenlySpaced(inputs, Enough), (value, shape, floats) =>
        {
            var channels = (int)shape[1];
            if (!ranges.TryGetValue(value, out var seen)) { ranges[value] = seen = [.. Enumerable.Repeat(ValueRange.Empty, channels)]; }
            var inner = floats.Length / (int)shape[0] / channels;
            for (var row = 0; row < shape[0] * channels; row++)
            {
                ref var range = ref seen[row % channels];
                range = range.Union(ValueRange.Of(floats.Slice(row * inner, inner)));
            }
        }, progress, stop);
        return ranges;
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
