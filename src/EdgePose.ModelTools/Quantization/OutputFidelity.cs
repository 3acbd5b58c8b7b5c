namespace EdgePose.ModelTools.Quantization;

/// <summary>How far one output of the quantized model is from the float one.</summary>
/// <param name="Output">Its name.</param>
/// <param name="SignalToNoiseDb">10 log10 of the float output's mean square over the error's; +∞ when equal.</param>
/// <param name="LargestError">Largest absolute difference.</param>
public sealed record OutputFidelity(string Output, double SignalToNoiseDb, double LargestError);
