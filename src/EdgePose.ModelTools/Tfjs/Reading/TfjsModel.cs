namespace EdgePose.ModelTools.Tfjs.Reading;

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
