namespace EdgePose.ModelTools.Onnx;

/// <summary>Edits that keep a graph's meaning.</summary>
internal static class GraphEdit
{
    /// <summary>Removes nodes, initializers and value infos that no graph output depends on. Inputs stay: they are the contract.</summary>
    public static void RemoveDead(GraphProto graph)
    {
        var needed = new HashSet<string>(graph.Output.Select(o => o.Name), StringComparer.Ordinal);
        var kept = new List<NodeProto>(graph.Node.Count);
        for (var i = graph.Node.Count - 1; i >= 0; i--)
        {
            var node = graph.Node[i];
            if (!node.Output.Any(needed.Contains)) { continue; }
            kept.Add(node);
            AddInputs(node, needed);
        }
        kept.Reverse();
        graph.Node.Clear();
        graph.Node.AddRange(kept);
        Keep(graph.Initializer, t => needed.Contains(t.Name));
        Keep(graph.ValueInfo, v => needed.Contains(v.Name));
    }

    /// <summary>
    /// Makes <paramref name="outputs"/> (output name → value) real: the producer's output is renamed where that is possible, an Identity
    /// is added where the value is an input, a constant, or an output already.
    /// </summary>
    public static void NameOutputs(GraphProto graph, IReadOnlyDictionary<string, string> outputs)
    {
        var produced = graph.Node.SelectMany(n => n.Output).ToHashSet(StringComparer.Ordinal);
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in outputs)
        {
            if (name == value) { continue; }
            var free = produced.Contains(value) && !outputs.ContainsKey(value) && !produced.Contains(name);
            if (free && renamed.TryAdd(value, name)) { continue; }
            graph.Node.Add(new NodeProto { OpType = "Identity", Name = name, Input = { value }, Output = { name } });
        }
        foreach (var node in graph.Node)
        {
            Rename(node.Input, renamed);
            Rename(node.Output, renamed);
        }
    }

    private static void Rename(Google.Protobuf.Collections.RepeatedField<string> names, Dictionary<string, string> renamed)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (renamed.TryGetValue(names[i], out var name)) { names[i] = name; }
        }
    }

    private static void AddInputs(NodeProto node, HashSet<string> needed)
    {
        needed.UnionWith(node.Input);
        foreach (var body in node.Attribute.SelectMany(Subgraphs))
        {
            // A body may read values of the graph around it, directly or as its result.
            needed.UnionWith(body.Output.Select(o => o.Name));
            foreach (var inner in body.Node) { AddInputs(inner, needed); }
        }
    }

    public static IEnumerable<GraphProto> Subgraphs(AttributeProto attribute) =>
        attribute.G is null ? attribute.Graphs : attribute.Graphs.Prepend(attribute.G);

    private static void Keep<T>(Google.Protobuf.Collections.RepeatedField<T> items, Func<T, bool> needed)
    {
        var kept = items.Where(needed).ToList();
        items.Clear();
        items.AddRange(kept);
    }
}
