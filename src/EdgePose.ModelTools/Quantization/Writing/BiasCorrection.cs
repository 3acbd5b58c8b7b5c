using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.ModelTools.Quantization.Numbers;

namespace EdgePose.ModelTools.Quantization.Writing;

/// <summary>
/// Takes the mean error that rounded weights make out of the bias: for each output the sum of weight error times mean input
/// (Nagel et al., arXiv:1906.04721, section 4.2, with means measured in calibration).
/// </summary>
internal static class BiasCorrection
{
    /// <returns>The new bias; null when there was none and nothing is known of the input.</returns>
    public static float[]? Apply(NodeProto node, TensorProto weight, ChannelWeights quantized, float[]? bias, double[] inputMeans)
    {
        var transposed = node.OpType == "ConvTranspose";
        var groups = (int)node.Int("group", 1);
        var (rows, columns) = ((int)weight.Dims[0], (int)weight.Dims[1]);
        var outputs = transposed ? columns * groups : rows;
        var inputs = transposed ? rows : columns * groups;
        if (inputMeans.Length != inputs) { return bias; }
        var errors = quantized.Errors();
        var kernel = errors.Length / rows / columns;
        // A transposed convolution spreads its kernel over stride² outputs: each gets a part of it.
        var share = transposed ? 1.0 / node.Ints("strides", 1, 1).Aggregate(1L, (a, b) => a * b) : 1;
        var corrected = new double[outputs];
        for (var i = 0; i < errors.Length; i++)
        {
            var (row, column) = (i / kernel / columns, i / kernel % columns);
            var (output, input) = transposed
                ? ((row / (rows / groups) * columns) + column, row)
                : (row, (row / (rows / groups) * columns) + column);
            corrected[output] += errors[i] * inputMeans[input] * share;
        }
        return [.. corrected.Select((error, o) => (float)((bias?[o] ?? 0) - error))];
    }
}
