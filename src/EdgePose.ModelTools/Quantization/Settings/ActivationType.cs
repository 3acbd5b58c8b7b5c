namespace EdgePose.ModelTools.Quantization.Settings;

/// <summary>Integer type of the activations; weights are always int8, biases int32.</summary>
public enum ActivationType
{
    /// <summary>The target's usual one: u8 for cpu and qnn, s8 for tensorrt.</summary>
    Default,
    UInt8,
    Int8,
    UInt16,
}
