namespace EdgePose.ModelTools.Quantization.Rules;

/// <summary>
/// Operators that QNN's HTP backend runs, after the table "Supported ONNX operators" of ONNX Runtime's page on the QNN execution provider.
/// One other operator would move its part of the graph to the CPU, or fail where that is not allowed.
/// </summary>
internal static class QnnOperators
{
    /// <summary>Work on quantized values.</summary>
    public static IReadOnlySet<string> Quantized { get; } = new HashSet<string>
    {
        "Abs", "Add", "AveragePool", "Clip", "Concat", "Conv", "ConvTranspose", "DepthToSpace", "Div", "Elu", "Exp", "Expand", "Flatten", "Gather",
        "GatherElements", "Gelu", "Gemm", "GlobalAveragePool", "HardSigmoid", "HardSwish", "InstanceNormalization", "LayerNormalization", "LeakyRelu", "Log",
        "LogSoftmax", "LpNormalization", "MatMul", "Max", "MaxPool", "Min", "Mul", "Neg", "Pow", "PRelu", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum",
        "Relu", "Reshape", "Resize", "Sigmoid", "Sin", "Slice", "Softmax", "SpaceToDepth", "Split", "Sqrt", "Squeeze", "Sub", "Tanh", "Tile", "TopK",
        "Transpose", "Unsqueeze", "Where",
    };

    /// <summary>Those and what only steers or compares.</summary>
    public static IReadOnlySet<string> Supported { get; } = new HashSet<string>(Quantized)
    {
        "And", "ArgMax", "ArgMin", "Cast", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Not", "Or", "Pad", "QuantizeLinear", "DequantizeLinear", "Sign",
        "Floor", "Ceil", "Round", "Cos", "Asin", "Atan", "GridSample", "ScatterND",
    };
}
