using System.Runtime.InteropServices;
using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Calibration;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.ModelTools.Quantization.Numbers;
using EdgePose.ModelTools.Quantization.Rules;

namespace EdgePose.ModelTools.Quantization.Writing;

/// <summary>Writes the weights and biases of multiplying nodes.</summary>
internal sealed class WeightWriter(QdqGraph graph, GraphView view, TargetRules rules, bool reduced, Func<string, TensorStatistics?>? seen)
{
    /// <summary>Scales that had to grow so that a bias fits int32.</summary>
    public int Enlarged { get; private set; }

    /// <summary>Writes both and puts them into <paramref name="node"/>, a copy of the source graph's node.</summary>
    /// <param name="node">Its inputs 1 and 2 are changed.</param>
    /// <param name="source">The original node.</param>
    /// <param name="inputScale">Scale of input 0.</param>
    public void Write(NodeProto node, NodeProto source, float inputScale)
    {
        if (view.FloatConstant(source, 1) is not { } tensor) { return; }
        var weights = new ChannelWeights(tensor, Axis(source, tensor), reduced);
        var bias = view.FloatConstant(source, 2) is { } given ? TensorData.ToFloats(given) : null;
        if (bias is not null && rules.QuantizeBias) { Enlarged += BiasCodes.Fit(bias, inputScale, weights.Scales); }
        Round(source, weights);
        if (seen is not null && source.IsConvolution()) { bias = BiasCorrection.Apply(source, tensor, weights, bias, seen(source.Input[0])?.ChannelMeans ?? []); }
        if (bias is not null && rules.QuantizeBias && BiasCodes.Fit(bias, inputScale, weights.Scales) is > 0 and { } more)
        {
            Enlarged += more;
            Round(source, weights);
        }
        // Two users of one constant may need other scales each.
        var shared = view.Consumers(tensor.Name).Count > 1;
        var stem = shared ? $"{tensor.Name}_{node.Name}" : tensor.Name;
        node.Input[1] = rules.WeightPairs ? graph.Paired(stem, tensor.Name, weights.Scales, weights.Axis)
            : graph.Stored(stem, weights.Codes(), weights.Scales, weights.Axis, 0, IntegerType.Int8);
        if (bias is not null) { WriteBias(node, source, bias, weights, inputScale); }
    }

    private void Round(NodeProto node, ChannelWeights weights)
    {
        // A pair behind float weights rounds them itself, each to its nearest code.
        if (rules.WeightPairs || !node.IsPointwise(view) || seen?.Invoke(node.Input[0])?.Covariance?.Matrix() is not { } covariance) { return; }
        var (_, most) = IntegerType.Int8.Range(symmetric: true, reduced);
        weights.Round((values, codes) => WeightRounding.Apply(values, codes, covariance, most));
    }

    private void WriteBias(NodeProto node, NodeProto source, float[] bias, ChannelWeights weights, float inputScale)
    {
        while (node.Input.Count < 3) { node.Input.Add(""); }
        var old = source.InputOrNone(2);
        var stem = old.Length == 0 ? $"{node.Name}_bias" : view.Consumers(old).Count > 1 ? $"{old}_{node.Name}" : old;
        if (!rules.QuantizeBias)
        {
            if (seen is not null) { node.Input[2] = graph.Constant($"{stem}_corrected", TensorData.Floats([bias.Length], bias)); }
            return;
        }
        var (codes, scales) = BiasCodes.Of(bias, inputScale, weights.Scales);
        var tensor = TensorData.Raw(ElementType.Int32, [codes.Length], MemoryMarshal.AsBytes<int>(codes));
        node.Input[2] = graph.Stored(stem, tensor, scales, scales.Length > 1 ? 0 : -1, 0, null);
    }

    /// <summary>Axis of the outputs in the weight; −1 where the kernels know one scale only.</summary>
    private int Axis(NodeProto node, TensorProto weight) => node.OpType switch
    {
        "Conv" => 0,
        // With groups axis 1 counts outputs within a group, and no scale belongs to one output.
        "ConvTranspose" => node.Int("group", 1) == 1 ? 1 : -1,
        _ when !rules.PerChannelProducts || weight.Dims.Count != 2 => -1,
        "Gemm" => node.Int("transB", 0) != 0 ? 0 : 1,
        _ => 1,
    };
}
