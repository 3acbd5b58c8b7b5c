using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;

namespace EdgePose.ModelTools.Quantization.Preparation;

/// <summary>For targets that compile a graph for one size: every dimension becomes a number, and every operator must be one that they know.</summary>
internal static class StaticShapes
{
    /// <summary>Fixes the input's dimensions.</summary>
    /// <param name="graph">Its declared shapes are replaced.</param>
    /// <param name="name">For messages.</param>
    /// <param name="wanted">The shape from the settings; null = the sample's.</param>
    /// <param name="sample">An input of the network.</param>
    /// <returns>A sample of the fixed shape.</returns>
    public static GraphInput FixInput(GraphProto graph, string name, IReadOnlyList<long>? wanted, GraphInput sample)
    {
        long[] shape = wanted is null ? sample.Shape : [.. wanted];
        var type = graph.Input[0].Type?.TensorType
            ?? throw new ModelToolsException($"{name}: the input is not a tensor", "export the network with one image input");
        var declared = type.Shape?.Dim.Select(d => d.HasDimValue ? d.DimValue : -1).ToArray() ?? [];
        var fits = shape.All(d => d > 0) && (declared.Length == 0 || (declared.Length == shape.Length && !declared.Where((d, i) => d > 0 && d != shape[i]).Any()));
        if (!fits)
        {
            throw new ModelToolsException($"{name}: the input [{string.Join(',', declared)}] cannot be fixed to [{string.Join(',', shape)}]", "give one number for each open dimension");
        }
        type.Shape = Shape(shape);
        return sample.Shape.SequenceEqual(shape) ? sample : new GraphInput(shape, new float[ElementTypes.Count(shape)]);
    }

    /// <summary>Writes the outputs' shapes, and those of all values in between, into the graph.</summary>
    public static void Declare(GraphProto graph, TensorFacts facts)
    {
        foreach (var output in graph.Output.Where(o => facts.Shape(o.Name) is not null))
        {
            if (output.Type?.TensorType is { } tensor) { tensor.Shape = Shape(facts.Shape(output.Name)!); }
        }
    }

    /// <exception cref="ModelToolsException">An operator is not in the set; it is named.</exception>
    public static void RequireSupported(GraphProto graph, IReadOnlySet<string> supported, string name)
    {
        var dynamic = DynamicNodes(graph);
        foreach (var node in graph.Node.Where(n => !supported.Contains(n.OpType) && dynamic.Contains(n)))
        {
            throw new ModelToolsException($"{name}: QNN cannot run {node.OpType} ('{node.Name}')",
                node.OpType == "NonMaxSuppression" ? "export the detector without NMS: EdgePose does it itself" : "export the network without it, or use another target");
        }
    }

    /// <summary>Nodes that compute with the picture; with fixed sizes the runtime folds all others, such as those that compute shapes.</summary>
    private static HashSet<NodeProto> DynamicNodes(GraphProto graph)
    {
        var values = graph.Input.Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        var nodes = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Node.Where(n => n.OpType != "Shape" && n.Input.Any(values.Contains)))
        {
            nodes.Add(node);
            values.UnionWith(node.Output);
        }
        return nodes;
    }

    private static TensorShapeProto Shape(IEnumerable<long> dims)
    {
        var shape = new TensorShapeProto();
        foreach (var dim in dims) { shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = dim }); }
        return shape;
    }
}
