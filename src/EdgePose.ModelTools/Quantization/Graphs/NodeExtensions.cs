using EdgePose.ModelTools.Onnx;

namespace EdgePose.ModelTools.Quantization.Graphs;

/// <summary>Reads and changes nodes and the lists around them.</summary>
internal static class NodeExtensions
{
    public static AttributeProto? Find(this NodeProto node, string attribute) => node.Attribute.FirstOrDefault(a => a.Name == attribute);

    public static long Int(this NodeProto node, string attribute, long otherwise) => node.Find(attribute)?.I ?? otherwise;

    public static float Float(this NodeProto node, string attribute, float otherwise) => node.Find(attribute)?.F ?? otherwise;

    public static long[] Ints(this NodeProto node, string attribute, params long[] otherwise) => node.Find(attribute)?.Ints.ToArray() ?? otherwise;

    public static string Text(this NodeProto node, string attribute, string otherwise) => node.Find(attribute)?.S.ToStringUtf8() ?? otherwise;

    /// <summary>Replaces the attribute of the same name.</summary>
    public static void Set(this NodeProto node, AttributeProto attribute)
    {
        node.Remove(attribute.Name);
        node.Attribute.Add(attribute);
    }

    /// <summary>Takes an attribute away and returns it.</summary>
    public static AttributeProto? Remove(this NodeProto node, string attribute)
    {
        var found = node.Find(attribute);
        if (found is not null) { node.Attribute.Remove(found); }
        return found;
    }

    /// <summary>An input, or the empty name of one that was left out.</summary>
    public static string InputOrNone(this NodeProto node, int index) => node.Input.Count > index ? node.Input[index] : "";

    /// <summary>True for ONNX's own operators of that name.</summary>
    public static bool Is(this NodeProto node, string op) => node.OpType == op && (node.Domain is "" or "ai.onnx");

    /// <summary>Adds a constant under a name that is free, starting with <paramref name="stem"/>.</summary>
    public static string AddConstant(this GraphProto graph, string stem, TensorProto tensor)
    {
        tensor.Name = graph.FreeName(stem);
        graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    /// <summary>A name that no value of the graph has.</summary>
    public static string FreeName(this GraphProto graph, string stem)
    {
        var name = stem;
        for (var k = 1; IsTaken(graph, name); k++) { name = $"{stem}_{k}"; }
        return name;
    }

    /// <summary>Makes all nodes read <paramref name="to"/> where they read <paramref name="from"/>.</summary>
    public static void Redirect(this GraphProto graph, string from, string to)
    {
        foreach (var node in graph.Node)
        {
            for (var i = 0; i < node.Input.Count; i++)
            {
                if (node.Input[i] == from) { node.Input[i] = to; }
            }
        }
    }

    private static bool IsTaken(GraphProto graph, string name) => graph.Initializer.Any(t => t.Name == name) || graph.Input.Any(i => i.Name == name)
        || graph.Node.Any(n => n.Output.Contains(name));
}
