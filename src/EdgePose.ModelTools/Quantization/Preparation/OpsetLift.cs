using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;

namespace EdgePose.ModelTools.Quantization.Preparation;

/// <summary>
/// Brings a graph of operator set 11 or 12 to 13, the first whose DequantizeLinear knows channels. Few operators changed their form in
/// between (github.com/onnx/onnx/blob/main/docs/Changelog.md): settings became inputs, and Softmax stopped flattening.
/// </summary>
internal static class OpsetLift
{
    /// <summary>What quantized graphs need at least.</summary>
    public const long Needed = 13;

    /// <summary>The first whose QuantizeLinear knows 16 bits.</summary>
    public const long Wide = 21;

    private const long Oldest = 11;

    public static long Version(ModelProto model) => model.OpsetImport.FirstOrDefault(o => o.Domain is "" or "ai.onnx")?.Version ?? 1;

    /// <exception cref="ModelToolsException">The set is older than 11, or a Softmax meant several axes at once.</exception>
    public static void Apply(ModelProto model, TensorFacts facts, string name)
    {
        var version = Version(model);
        if (version >= Needed) { return; }
        if (version < Oldest)
        {
            throw new ModelToolsException($"{name}: operator set {version} cannot be quantized", "export the network again with opset 13 or newer");
        }
        Lift(model.Graph, facts, name);
        model.OpsetImport.First(o => o.Domain is "" or "ai.onnx").Version = Needed;
        model.IrVersion = Math.Max(model.IrVersion, 7);
    }

    private static void Lift(GraphProto graph, TensorFacts facts, string name)
    {
        foreach (var node in graph.Node.ToList())
        {
            foreach (var body in node.Attribute.SelectMany(GraphEdit.Subgraphs)) { Lift(body, facts, name); }
            if (node.Domain is not ("" or "ai.onnx")) { continue; }
            switch (node.OpType)
            {
                case "Squeeze" or "Unsqueeze" or "ReduceSum": ToInput(graph, node, "axes"); break;
                case "Split": ToInput(graph, node, "split"); break;
                case "Softmax" or "LogSoftmax" or "Hardmax": LiftSoftmax(node, facts, name); break;
                case "Dropout": node.Remove("ratio"); break;
            }
        }
    }

    private static void ToInput(GraphProto graph, NodeProto node, string attribute)
    {
        if (node.Remove(attribute) is not { } found) { return; }
        node.Input.Add(graph.AddConstant($"{node.Name}:{attribute}", TensorData.Int64s([found.Ints.Count], found.Ints.ToArray())));
    }

    /// <summary>The old form flattened all axes from the given one (1 unless said) on into one.</summary>
    private static void LiftSoftmax(NodeProto node, TensorFacts facts, string name)
    {
        var axis = node.Int("axis", 1);
        var shape = facts.Shape(node.Output[0]);
        var last = axis == -1 || (shape is not null && axis >= 0 && shape.Skip((int)axis + 1).All(d => d == 1));
        if (!last)
        {
            throw new ModelToolsException($"{name}: {node.OpType} '{node.Name}' works on several axes at once, which operator set 13 cannot say",
                "export the network again with opset 13 or newer");
        }
        node.Set(NodeAttribute.Int("axis", axis));
    }
}
