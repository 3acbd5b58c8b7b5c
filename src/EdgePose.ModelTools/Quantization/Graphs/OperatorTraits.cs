using EdgePose.ModelTools.Onnx;

namespace EdgePose.ModelTools.Quantization.Graphs;

/// <summary>What operators have in common for quantization. Nodes are told apart by reference everywhere: their own equality compares contents.</summary>
internal static class OperatorTraits
{
    private static readonly HashSet<string> Multiplying = ["Conv", "ConvTranspose", "MatMul", "Gemm"];

    /// <summary>Move or pick values: the output has the codes of the input. Only the first input is data.</summary>
    private static readonly HashSet<string> Moving =
    [
        "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Slice", "MaxPool", "Resize", "Split", "Gather", "GatherElements", "Flatten", "Expand", "Tile",
        "DepthToSpace", "SpaceToDepth",
    ];

    /// <summary>Does the multiplications: what quantization is for.</summary>
    public static bool IsHeavy(this NodeProto node) => IsOnnx(node) && Multiplying.Contains(node.OpType);

    public static bool IsConvolution(this NodeProto node) => node.Is("Conv") || node.Is("ConvTranspose");

    public static bool IsMoving(this NodeProto node) => IsOnnx(node) && Moving.Contains(node.OpType) && !(node.OpType == "Resize" && node.Text("mode", "nearest") == "cubic");

    /// <summary>Limits values: a following quantization with the right range does the same.</summary>
    public static bool IsActivation(this NodeProto node) => node.Is("Relu") || node.Is("Clip");

    /// <summary>A convolution with one filter for each channel.</summary>
    public static bool IsDepthwise(this NodeProto node, GraphView view) =>
        node.Is("Conv") && view.FloatConstant(node, 1) is { } w && w.Dims[1] == 1 && w.Dims[0] > 1 && node.Int("group", 1) == w.Dims[0];

    /// <summary>A 1x1 convolution over all channels.</summary>
    public static bool IsPointwise(this NodeProto node, GraphView view) =>
        node.Is("Conv") && view.FloatConstant(node, 1) is { } w && w.Dims.Skip(2).All(d => d == 1) && node.Int("group", 1) == 1;

    /// <summary>Indices of the inputs that carry values to be quantized; the others steer (axes, shapes, limits) or are biases.</summary>
    public static IEnumerable<int> DataInputs(this NodeProto node)
    {
        var count = node.OpType switch
        {
            "Conv" or "ConvTranspose" or "Gemm" => 2,
            "Clip" => 1,
            "PRelu" => 2,
            _ when node.IsMoving() || node.OpType.StartsWith("Reduce", StringComparison.Ordinal) => 1,
            _ => node.Input.Count,
        };
        var first = node.OpType == "Where" ? 1 : 0;
        return Enumerable.Range(first, Math.Max(0, Math.Min(count, node.Input.Count) - first)).Where(i => node.Input[i].Length > 0);
    }

    /// <summary>The limits of a Relu or Clip; null when they are computed.</summary>
    public static (float Low, float High)? Limits(this NodeProto node, GraphView view)
    {
        if (node.Is("Relu")) { return (0, float.PositiveInfinity); }
        var (low, high) = (Limit(node, view, 1, float.NegativeInfinity), Limit(node, view, 2, float.PositiveInfinity));
        return low is { } l && high is { } h ? (l, h) : null;
    }

    private static float? Limit(NodeProto node, GraphView view, int input, float otherwise) => node.InputOrNone(input).Length == 0 ? otherwise
        : view.FloatConstant(node, input) is { } tensor && TensorData.ToFloats(tensor) is [var value] ? value : null;

    private static bool IsOnnx(NodeProto node) => node.Domain is "" or "ai.onnx";
}
