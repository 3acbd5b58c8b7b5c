namespace EdgePose.ModelTools.Quantization;

/// <summary>A part of the network that is quantized or kept in float as a whole.</summary>
/// <param name="Name">Unique in the model, such as <c>stem</c>, <c>stage.2.3</c> or <c>head</c>.</param>
/// <param name="Nodes">Names of its nodes that could be quantized, in the order of the graph.</param>
/// <param name="KeptFloat">Why the defaults or the settings keep it in float; empty when it is quantized.</param>
public sealed record NodeGroup(string Name, IReadOnlyList<string> Nodes, string KeptFloat);
