using EdgePose.ModelTools.Onnx;

namespace EdgePose.ModelTools.Tfjs.Reading;

/// <summary>An input or output that the signature declares. <see cref="Shape"/> is null where the rank is unknown; −1 is an unknown
/// size.</summary>
internal sealed record TfjsPort(string Key, TensorRef Tensor, ElementType? Type, IReadOnlyList<long>? Shape)
{
    /// <summary>Name in the ONNX file: the tensor's name without TensorFlow's trailing <c>:0</c>.</summary>
    public string Name => Tensor.ToString();
}
