namespace EdgePose.ModelTools.Quantization;

/// <summary>A quantized model.</summary>
/// <param name="Model">The bytes of the ONNX file.</param>
/// <param name="Report">How it was made.</param>
public sealed record QuantizedModel(byte[] Model, QuantizationReport Report);
