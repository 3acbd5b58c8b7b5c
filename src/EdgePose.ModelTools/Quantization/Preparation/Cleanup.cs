using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;

namespace EdgePose.ModelTools.Quantization.Preparation;

/// <summary>Brings exported graphs into one form: constants are initializers, every node has a name, nothing passes through an Identity.</summary>
internal static class Cleanup
{
    /// <summary>Operators that do nothing when a network is only run.</summary>
    private static readonly HashSet<string> PassThrough = ["Identity", "Dropout"];

    public static void Apply(GraphProto graph)
    {
        NameNodes(graph);
        PromoteConstants(graph);
        HideDefaults(graph);
        RemovePassThrough(graph);
        // Shapes and types that were noted for the old graph would contradict the new one.
        graph.ValueInfo.Clear();
        GraphEdit.RemoveDead(graph);
    }

    private static void NameNodes(GraphProto graph)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in graph.Node)
        {
            var stem = node.Name.Length > 0 ? node.Name : $"{node.OpType}_{node.Output.FirstOrDefault(o => o.Length > 0)}";
            var name = stem;
            for (var k = 1; !taken.Add(name); k++) { name = $"{stem}_{k}"; }
            node.Name = name;
        }
    }

    private static void PromoteConstants(GraphProto graph)
    {
        foreach (var node in graph.Node.Where(n => n.Is("Constant")).ToList())
        {
            if (Value(node) is not { } tensor) { continue; }
            tensor.Name = node.Output[0];
            graph.Initializer.Add(tensor);
            graph.Node.Remove(node);
        }
    }

    private static TensorProto? Value(NodeProto node) => node.Attribute is not [var value] ? null : value.Name switch
    {
        "value" => value.T?.Clone(),
        "value_float" => TensorData.Floats([], [value.F]),
        "value_floats" => TensorData.Floats([value.Floats.Count], value.Floats.ToArray()),
        "value_int" => TensorData.Int64s([], [value.I]),
        "value_ints" => TensorData.Int64s([value.Ints.Count], value.Ints.ToArray()),
        _ => null,
    };

    /// <summary>Up to IR 3 every initializer was an input as well; what is fixed must not look replaceable.</summary>
    private static void HideDefaults(GraphProto graph)
    {
        var constants = graph.Initializer.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var input in graph.Input.Where(i => constants.Contains(i.Name)).ToList()) { graph.Input.Remove(input); }
    }

    private static void RemovePassThrough(GraphProto graph)
    {
        foreach (var node in graph.Node.Where(n => PassThrough.Contains(n.OpType) && n.Domain is ("" or "ai.onnx")).ToList())
        {
            var view = new GraphView(graph);
            var (from, to) = (node.Output[0], node.Input[0]);
            if (view.IsCaptured(from) || node.Output.Skip(1).Any(o => view.Consumers(o).Count > 0)) { continue; }
            if (!view.IsOutput(from))
            {
                graph.Redirect(from, to);
                graph.Node.Remove(node);
            }
            else if (view.Producer(to) is { } producer && !view.IsOutput(to) && !view.IsCaptured(to))
            {
                // The output keeps its name: what made the value now makes it under that name.
                graph.Redirect(to, from);
                producer.Output[producer.Output.IndexOf(to)] = from;
                graph.Node.Remove(node);
            }
        }
    }
}
