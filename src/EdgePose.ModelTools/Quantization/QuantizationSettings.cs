namespace EdgePose.ModelTools.Quantization;

/// <summary>Where the quantized graph is to run; each target has its own rules about what is quantized and how it is written.</summary>
public enum QuantizationTarget
{
    /// <summary>ONNX Runtime's CPU provider: u8 activations, s8 weights, only what it has integer kernels for.</summary>
    Cpu,

    /// <summary>TensorRT: symmetric s8 everywhere, every zero point 0.</summary>
    TensorRt,

    /// <summary>Qualcomm's QNN (HTP): static shapes, u8 or u16 activations.</summary>
    Qnn,
}

/// <summary>How the range of an activation is found from what calibration saw.</summary>
public enum CalibrationMethod
{
    /// <summary>Smallest and largest value of all inputs.</summary>
    MinMax,

    /// <summary>Per-input smallest and largest value, averaged exponentially.</summary>
    MovingAverage,

    /// <summary>The range that holds a given share of the values.</summary>
    Percentile,

    /// <summary>The clipping with the least Kullback-Leibler divergence between float and quantized values.</summary>
    Entropy,

    /// <summary>The clipping with the least mean squared error.</summary>
    Mse,
}

/// <summary>Integer type of the activations; weights are always int8, biases int32.</summary>
public enum ActivationType
{
    /// <summary>The target's usual one: u8 for cpu and qnn, s8 for tensorrt.</summary>
    Default,
    UInt8,
    Int8,
    UInt16,
}

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
