using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;

namespace EdgePose.ModelTools.Quantization;

/// <summary>Counts what the runtime made of a quantized graph.</summary>
public static class Residuals
{
    /// <summary>Lets the runtime optimise the model and counts in the result.</summary>
    /// <exception cref="ModelToolsException">The runtime's file cannot be read.</exception>
    public static ResidualReport Count(IGraphRunner runner, byte[] model, string name) => Count(OnnxModel.Parse(runner.Optimized(model, name), name).Graph);

    internal static ResidualReport Count(GraphProto graph)
    {
        var kinds = new Dictionary<NodeProto, Kind>(ReferenceEqualityComparer.Instance);
        var codes = graph.Initializer.Where(t => (ElementType)t.DataType is ElementType.Int8 or ElementType.UInt8).Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        var shapes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in graph.Node)
        {
            var kind = kinds[node] = KindOf(node, codes, shapes);
            if (kind is Kind.Integer or Kind.Quantize) { codes.UnionWith(node.Output); }
            if (kind == Kind.Shape) { shapes.UnionWith(node.Output); }
        }
        return new ResidualReport(kinds.Values.Count(k => k == Kind.Quantize), kinds.Values.Count(k => k == Kind.Dequantize), Islands(graph, kinds),
            ByOperator(kinds, Kind.Integer), ByOperator(kinds, Kind.Float));
    }

    private enum Kind
    {
        Float,
        Integer,
        Quantize,
        Dequantize,

        /// <summary>Computes shapes; costs nothing.</summary>
        Shape,
    }

    private static Kind KindOf(NodeProto node, HashSet<string> codes, HashSet<string> shapes)
    {
        if (node.OpType == "QuantizeLinear") { return Kind.Quantize; }
        if (node.OpType == "DequantizeLinear") { return Kind.Dequantize; }
        if (node.OpType == "Shape" || (node.Input.Count > 0 && node.Input.Any(shapes.Contains) && shapes.Contains(node.Input[0]))) { return Kind.Shape; }
        var own = node.OpType.StartsWith("QLinear", StringComparison.Ordinal) || node.OpType is "MatMulInteger" or "ConvInteger" or "QGemm" or "MatMulIntegerToFloat";
        // Moving codes is integer work too.
        return own || (node.Input.Count > 0 && codes.Contains(node.Input[0])) ? Kind.Integer : Kind.Float;
    }

    /// <summary>Connected float nodes on the way from a DequantizeLinear to a QuantizeLinear: detours through float.</summary>
    private static int Islands(GraphProto graph, Dictionary<NodeProto, Kind> kinds)
    {
        var producers = graph.Node.SelectMany(n => n.Output.Select(o => (o, n))).Where(p => p.o.Length > 0).ToDictionary(p => p.o, p => p.n, StringComparer.Ordinal);
        var (entered, leaving) = (new HashSet<NodeProto>(ReferenceEqualityComparer.Instance), new HashSet<NodeProto>(ReferenceEqualityComparer.Instance));
        foreach (var node in graph.Node.Where(n => kinds[n] == Kind.Float))
        {
            if (Sources(node).Any(s => kinds[s] == Kind.Dequantize || entered.Contains(s))) { entered.Add(node); }
        }
        foreach (var node in graph.Node.Reverse().Where(n => kinds[n] == Kind.Quantize || leaving.Contains(n))) { leaving.UnionWith(Sources(node).Where(s => kinds[s] == Kind.Float)); }
        var island = new Dictionary<NodeProto, NodeProto>(ReferenceEqualityComparer.Instance);
        foreach (var node in entered.Where(leaving.Contains)) { island[node] = node; }
        foreach (var node in island.Keys.ToList())
        {
            foreach (var source in Sources(node).Where(island.ContainsKey)) { island[Root(island, source)] = Root(island, node); }
        }
        return island.Count(pair => ReferenceEquals(pair.Key, pair.Value));

        IEnumerable<NodeProto> Sources(NodeProto node) => node.Input.Select(i => producers.GetValueOrDefault(i)).OfType<NodeProto>();
    }

    private static NodeProto Root(Dictionary<NodeProto, NodeProto> island, NodeProto node)
    {
        while (!ReferenceEquals(island[node], node)) { node = island[node]; }
        return node;
    }

    private static SortedDictionary<string, int> ByOperator(Dictionary<NodeProto, Kind> kinds, Kind kind) =>
        new(kinds.Where(k => k.Value == kind).GroupBy(k => k.Key.OpType).ToDictionary(g => g.Key, g => g.Count()), StringComparer.Ordinal);
}
