using EdgePose.ModelTools.Quantization.Numbers;
using EdgePose.ModelTools.Quantization.Settings;

namespace EdgePose.ModelTools.Quantization.Rules;

/// <summary>How one target wants its graphs.</summary>
internal sealed record TargetRules
{
    public required QuantizationTarget Target { get; init; }

    /// <summary>Operators that may work on quantized values.</summary>
    public required IReadOnlySet<string> Operators { get; init; }

    /// <summary>Type of the activations unless the settings name another.</summary>
    public required IntegerType Activations { get; init; }

    /// <summary>Types of activations that it accepts.</summary>
    public required IReadOnlyList<IntegerType> Accepted { get; init; }

    /// <summary>Zero in the middle of every range.</summary>
    public bool Symmetric { get; init; }

    /// <summary>Quantize/dequantize pairs only in front of operators, one for each use; otherwise one behind each value.</summary>
    public bool PairsAtInputs { get; init; }

    /// <summary>Weights stay float behind a pair of their own instead of being stored as codes.</summary>
    public bool WeightPairs { get; init; }

    public bool QuantizeBias { get; init; } = true;

    /// <summary>Light operators are quantized only between quantized ones: elsewhere the conversions cost more than they save.</summary>
    public bool OnlyConnected { get; init; }

    /// <summary>Sensitive parts get 16 bits instead of staying float.</summary>
    public bool Wide { get; init; }

    /// <summary>Least width of a range.</summary>
    public float MinimumWidth { get; init; }

    /// <summary>All dimensions must be numbers.</summary>
    public bool Static { get; init; }

    /// <summary>Weights of MatMul and Gemm have one scale for each output.</summary>
    public bool PerChannelProducts { get; init; } = true;

    /// <summary>Operators without which the target cannot run a graph at all are not in this set; null = the rest runs in float.</summary>
    public IReadOnlySet<string>? Supported { get; init; }

    public static TargetRules Of(QuantizationTarget target) => target switch
    {
        QuantizationTarget.TensorRt => TensorRt,
        QuantizationTarget.Qnn => Qnn,
        _ => Cpu,
    };

    /// <summary>
    /// What ONNX Runtime's CPU provider has integer kernels for, or executes on codes
    /// (microsoft/onnxruntime:onnxruntime/core/optimizer/qdq_transformer/selectors_actions/qdq_selector_action_transformer.cc). None for
    /// ConvTranspose; none for 16 bits; x64 wants unsigned activations.
    /// </summary>
    private static readonly TargetRules Cpu = new()
    {
        Target = QuantizationTarget.Cpu, Activations = IntegerType.UInt8, Accepted = [IntegerType.UInt8], OnlyConnected = true,
        Operators = new HashSet<string>
        {
            "Conv", "MatMul", "Gemm", "Add", "Mul", "Sigmoid", "Softmax", "LeakyRelu", "AveragePool", "GlobalAveragePool", "Concat", "Split",
            "Resize", "MaxPool", "Reshape", "Transpose", "Slice", "Gather", "Squeeze", "Unsqueeze", "Flatten", "Expand", "Tile",
        },
    };

    /// <summary>
    /// TensorRT takes only zero point 0 (NVIDIA/TensorRT#2774) and wants pairs in front of what it is to run in int8, so that it can fuse a
    /// convolution with what follows. Transposed convolutions lack tactics in several versions (NVIDIA/TensorRT#1519, #2280).
    /// </summary>
    private static readonly TargetRules TensorRt = new()
    {
        Target = QuantizationTarget.TensorRt, Activations = IntegerType.Int8, Accepted = [IntegerType.Int8], Symmetric = true,
        PairsAtInputs = true, WeightPairs = true, QuantizeBias = false,
        Operators = new HashSet<string> { "Conv", "MatMul", "Gemm", "Add", "AveragePool", "GlobalAveragePool" },
    };

    /// <summary>
    /// Qualcomm's HTP runs quantized operators only, so everything is quantized; sensitive parts and those that the settings exclude use 16
    /// bits (microsoft/onnxruntime:onnxruntime/python/tools/quantization/execution_providers/qnn/quant_config.py).
    /// </summary>
    private static readonly TargetRules Qnn = new()
    {
        Target = QuantizationTarget.Qnn, Activations = IntegerType.UInt8, Accepted = [IntegerType.UInt8, IntegerType.UInt16], Wide = true, Static = true,
        MinimumWidth = 1e-4f, PerChannelProducts = false, Operators = QnnOperators.Quantized, Supported = QnnOperators.Supported,
    };
}
