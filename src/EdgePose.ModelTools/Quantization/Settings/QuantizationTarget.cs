namespace EdgePose.ModelTools.Quantization.Settings;

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
