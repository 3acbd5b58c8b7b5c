using System.Diagnostics;
using EdgePose.ModelTools.Quantization.Settings;
using EdgePose.Workshop.Quantization.Accuracy;

namespace EdgePose.Workshop.Quantization;

/// <summary>The words of the command line and the card for the quantizer's settings.</summary>
internal static class QuantizeWords
{
    public static readonly IReadOnlyList<(string Word, QuantizationTarget Value)> Targets =
        [("cpu", QuantizationTarget.Cpu), ("tensorrt", QuantizationTarget.TensorRt), ("qnn", QuantizationTarget.Qnn)];

    public static readonly IReadOnlyList<(string Word, CalibrationMethod Value)> Methods =
    [
        ("minmax", CalibrationMethod.MinMax), ("moving-average", CalibrationMethod.MovingAverage), ("entropy", CalibrationMethod.Entropy),
        ("percentile", CalibrationMethod.Percentile), ("mse", CalibrationMethod.Mse),
    ];

    public static readonly IReadOnlyList<(string Word, ActivationType Value)> Activations =
        [("u8", ActivationType.UInt8), ("s8", ActivationType.Int8), ("u16", ActivationType.UInt16)];

    public static string Of(QuantizationTarget target) => Targets.First(t => t.Value == target).Word;

    public static string Of(CalibrationMethod method) => Methods.First(m => m.Value == method).Word;

    public static string Of(Outcome outcome) => outcome switch
    {
        Outcome.Accepted => "accepted",
        Outcome.Refused => "refused",
        Outcome.NotShown => "not_shown",
        _ => throw new UnreachableException($"outcome {outcome}"),
    };

    /// <summary>The type of activations that a target really gets.</summary>
    public static string Of(QuantizationTarget target, ActivationType type) => type != ActivationType.Default ? Activations.First(a => a.Value == type).Word
        : target == QuantizationTarget.TensorRt ? "s8" : "u8";
}
