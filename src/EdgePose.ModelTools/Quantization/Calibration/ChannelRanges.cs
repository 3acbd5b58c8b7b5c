using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.ModelTools.Quantization.Numbers;

namespace EdgePose.ModelTools.Quantization.Calibration;

/// <summary>Measures the range of each channel.</summary>
internal static class ChannelRanges
{
    /// <returns>Range of each channel (axis 1), by value.</returns>
    public static IReadOnlyDictionary<string, ValueRange[]> Measure(ModelProto model, TensorFacts facts, string name, IReadOnlyList<string> values,
        IGraphRunner runner, IReadOnlyCollection<GraphInput> inputs, IProgress<QuantizationProgress>? progress, CancellationToken stop)
    {
        var ranges = new Dictionary<string, ValueRange[]>(StringComparer.Ordinal);
        GraphPass.Run("channels", model, facts, name, values, runner, inputs, (value, shape, floats) =>
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
}
