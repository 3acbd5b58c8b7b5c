namespace EdgePose.ModelTools.Quantization.Calibration;

/// <summary>A step of calibration or writing.</summary>
/// <param name="Stage">"channels", "ranges" or "histograms".</param>
/// <param name="Done">Inputs finished in this stage.</param>
/// <param name="Total">Inputs of this stage.</param>
public readonly record struct QuantizationProgress(string Stage, int Done, int Total);
