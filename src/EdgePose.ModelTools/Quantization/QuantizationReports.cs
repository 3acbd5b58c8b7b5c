namespace EdgePose.ModelTools.Quantization;

/// <summary>A step of calibration or writing.</summary>
/// <param name="Stage">"channels", "ranges" or "histograms".</param>
/// <param name="Done">Inputs finished in this stage.</param>
/// <param name="Total">Inputs of this stage.</param>
public readonly record struct QuantizationProgress(string Stage, int Done, int Total);

/// <summary>A part of the network that is quantized or kept in float as a whole.</summary>
/// <param name="Name">Unique in the model, such as <c>stem</c>, <c>stage.2.3</c> or <c>head</c>.</param>
/// <param name="Nodes">Names of its nodes that could be quantized, in the order of the graph.</param>
/// <param name="KeptFloat">Why the defaults or the settings keep it in float; empty when it is quantized.</param>
public sealed record NodeGroup(string Name, IReadOnlyList<string> Nodes, string KeptFloat);

/// <summary>What was written.</summary>
public sealed record QuantizationReport
{
    public required QuantizationTarget Target { get; init; }
    public required CalibrationMethod Method { get; init; }

    /// <summary>All groups with their state in this model.</summary>
    public required IReadOnlyList<NodeGroup> Groups { get; init; }

    /// <summary>Nodes whose operator works on quantized values, by operator.</summary>
    public required IReadOnlyDictionary<string, int> Quantized { get; init; }

    /// <summary>Nodes that stayed in float, by operator.</summary>
    public required IReadOnlyDictionary<string, int> Float { get; init; }

    /// <summary>Activations that were removed because the range of the following quantization does their work.</summary>
    public required int RemovedActivations { get; init; }

    /// <summary>What the user should know, such as a scale that had to be enlarged for a bias; sentences.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}

/// <summary>A quantized model.</summary>
/// <param name="Model">The bytes of the ONNX file.</param>
/// <param name="Report">How it was made.</param>
public sealed record QuantizedModel(byte[] Model, QuantizationReport Report);

/// <summary>What is left of quantization after the runtime's own optimisation: integer operators are gain, the rest is cost.</summary>
/// <param name="Quantize">QuantizeLinear nodes that were not fused away.</param>
/// <param name="Dequantize">DequantizeLinear nodes that were not fused away.</param>
/// <param name="FloatIslands">Runs of connected float operators between quantized ones.</param>
/// <param name="Integer">Integer operators by type.</param>
/// <param name="Float">Float operators by type, without those above.</param>
public sealed record ResidualReport(
    int Quantize, int Dequantize, int FloatIslands, IReadOnlyDictionary<string, int> Integer, IReadOnlyDictionary<string, int> Float);

/// <summary>How far one output of the quantized model is from the float one.</summary>
/// <param name="Output">Its name.</param>
/// <param name="SignalToNoiseDb">10 log10 of the float output's mean square over the error's; +∞ when equal.</param>
/// <param name="LargestError">Largest absolute difference.</param>
public sealed record OutputFidelity(string Output, double SignalToNoiseDb, double LargestError);
