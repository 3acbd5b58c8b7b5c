using EdgePose.ModelTools.Quantization.Settings;

namespace EdgePose.ModelTools.Quantization;

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
