using EdgePose.ModelTools.Onnx;

namespace EdgePose.ModelTools.Tfjs;

/// <summary>An input or output that the signature declares. <see cref="Shape"/> is null where the rank is unknown; −1 is an unknown
/// size.</summary>
internal sealed record TfjsPort(string Key, TensorRef Tensor, ElementType? Type, IReadOnlyList<long>? Shape)
{
    /// <summary>Name in the ONNX file: the tensor's name without TensorFlow's trailing <c>:0</c>.</summary>
    public string Name => Tensor.ToString();
}

/// <summary>A TFJS graph model in memory.</summary>
/// <param name="File">Name of the JSON file, for messages.</param>
/// <param name="Sources">The JSON file and its shards, as read.</param>
/// <param name="Nodes">All nodes by name.</param>
/// <param name="Weights">All constants by name.</param>
/// <param name="Outputs">From the signature or, without one, the nodes that nobody consumes.</param>
internal sealed record TfjsModel(
    string File,
    IReadOnlyList<string> Sources,
    IReadOnlyDictionary<string, TfjsNode> Nodes,
    IReadOnlyDictionary<string, TfjsWeight> Weights,
    IReadOnlyList<TfjsPort> Inputs,
    IReadOnlyList<TfjsPort> Outputs);
