namespace EdgePose.ModelTools;

/// <summary>An input or output of a model; −1 in <paramref name="Shape"/> is a size known only at run time.</summary>
/// <param name="ElementType">ONNX's name in lower case: float, int32, uint8, bool.</param>
public sealed record TensorSpec(string Name, string ElementType, IReadOnlyList<long> Shape);
