namespace EdgePose.ModelTools.Quantization.Settings;

/// <summary>What a quantized model is made with. The same settings and inputs give the same bytes.</summary>
public sealed record QuantizationSettings
{
    public QuantizationTarget Target { get; init; } = QuantizationTarget.Cpu;

    /// <summary>Ranges of activations; null = the one that did best for the target's networks.</summary>
    public CalibrationMethod? Method { get; init; }

    public ActivationType Activations { get; init; } = ActivationType.Default;

    /// <summary>Share of the values that <see cref="CalibrationMethod.Percentile"/> keeps, in percent.</summary>
    public double Percentile { get; init; } = 99.999;

    /// <summary>Weight of the newest input in <see cref="CalibrationMethod.MovingAverage"/>.</summary>
    public float AveragingConstant { get; init; } = 0.01f;

    /// <summary>
    /// What stays in float besides the target's and the family's defaults: names of nodes or groups, <c>*</c> for any run of characters.
    /// A pattern that fits nothing is an error.
    /// </summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Groups, by pattern, that are quantized although the defaults would keep them in float.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>7-bit weights, for x64 processors without VNNI, whose 16-bit sums saturate.</summary>
    public bool ReduceRange { get; init; }

    /// <summary>
    /// Rounds the weights of an output so that their errors cancel on the calibration inputs, and shifts biases by the mean error that is left.
    /// Null = where the network splits channels: values pass through dozens of its units, and errors of their means add up.
    /// </summary>
    public bool? BiasCorrection { get; init; }

    /// <summary>Evens out the ranges of channels between neighbouring convolutions before quantizing. Null = as for <see cref="BiasCorrection"/>.</summary>
    public bool? Equalize { get; init; }

    /// <summary>Shape of the input for targets that need static ones; null = the shape of the first calibration input.</summary>
    public IReadOnlyList<long>? InputShape { get; init; }
}
