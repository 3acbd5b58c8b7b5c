namespace EdgePose.ModelTools.Quantization;

/// <summary>What is left of quantization after the runtime's own optimisation: integer operators are gain, the rest is cost.</summary>
/// <param name="Quantize">QuantizeLinear nodes that were not fused away.</param>
/// <param name="Dequantize">DequantizeLinear nodes that were not fused away.</param>
/// <param name="FloatIslands">Runs of connected float operators between quantized ones.</param>
/// <param name="Integer">Integer operators by type.</param>
/// <param name="Float">Float operators by type, without those above.</param>
public sealed record ResidualReport(
    int Quantize, int Dequantize, int FloatIslands, IReadOnlyDictionary<string, int> Integer, IReadOnlyDictionary<string, int> Float);
