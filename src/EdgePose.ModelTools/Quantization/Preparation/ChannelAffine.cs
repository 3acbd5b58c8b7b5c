using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;

namespace EdgePose.ModelTools.Quantization.Preparation;

/// <summary>A node that multiplies each channel (axis 1) by a constant and adds another one.</summary>
/// <param name="Scale">Factors, one a channel, or one for all.</param>
/// <param name="Offset">Summands, as many as factors.</param>
internal sealed record ChannelAffine(double[] Scale, double[] Offset)
{
    /// <summary>Reads a BatchNormalization, or an Add, Sub or Mul with a constant of one value a channel; null for anything else.</summary>
    /// <param name="view">The graph.</param>
    /// <param name="node">The node.</param>
    /// <param name="input">The value that it changes.</param>
    /// <param name="channels">Channels of that value.</param>
    /// <param name="rank">Its rank.</param>
    public static ChannelAffine? Read(GraphView view, NodeProto node, string input, int channels, int rank)
    {
        if (node.Is("BatchNormalization")) { return node.Input[0] == input ? Norm(view, node, channels) : null; }
        var first = node.Input.Count == 2 && node.Input[0] == input;
        if (node.Input.Count != 2 || view.FloatConstant(node, first ? 1 : 0) is not { } tensor || node.Input[0] == node.Input[1]) { return null; }
        if (Values(tensor, channels, rank) is not { } values) { return null; }
        return node.OpType switch
        {
            "Add" => new ChannelAffine([.. values.Select(_ => 1.0)], values),
            "Sub" when first => new ChannelAffine([.. values.Select(_ => 1.0)], [.. values.Select(v => -v)]),
            "Mul" => new ChannelAffine(values, new double[values.Length]),
            "Div" when first && Array.TrueForAll(values, v => v != 0) => new ChannelAffine([.. values.Select(v => 1 / v)], new double[values.Length]),
            _ => null,
        };
    }

    /// <summary>Factor of a channel.</summary>
    public double ScaleOf(int channel) => Scale[Scale.Length == 1 ? 0 : channel];

    /// <summary>Summand of a channel.</summary>
    public double OffsetOf(int channel) => Offset[Offset.Length == 1 ? 0 : channel];

    private static ChannelAffine? Norm(GraphView view, NodeProto node, int channels)
    {
        var tensors = Enumerable.Range(1, 4).Select(i => view.FloatConstant(node, i)).ToArray();
        if (Array.Exists(tensors, t => t is null) || node.Int("training_mode", 0) != 0) { return null; }
        var (gamma, beta, mean, variance) = (TensorData.ToFloats(tensors[0]!), TensorData.ToFloats(tensors[1]!), TensorData.ToFloats(tensors[2]!), TensorData.ToFloats(tensors[3]!));
        if (gamma.Length != channels) { return null; }
        double epsilon = node.Float("epsilon", 1e-5f);
        var scale = new double[channels];
        var offset = new double[channels];
        for (var c = 0; c < channels; c++)
        {
            scale[c] = gamma[c] / Math.Sqrt(variance[c] + epsilon);
            offset[c] = beta[c] - (scale[c] * mean[c]);
        }
        return new ChannelAffine(scale, offset);
    }

    /// <summary>One value a channel, or one for all, when the constant spreads over nothing but channels; otherwise null.</summary>
    private static double[]? Values(TensorProto tensor, int channels, int rank)
    {
        var values = TensorData.ToFloats(tensor);
        if (tensor.Dims.Count > rank) { return null; }
        var channelAxis = tensor.Dims.Count - rank + 1;
        for (var axis = 0; axis < tensor.Dims.Count; axis++)
        {
            if (tensor.Dims[axis] != 1 && !(axis == channelAxis && tensor.Dims[axis] == channels)) { return null; }
        }
        return [.. values.Select(v => (double)v)];
    }
}
