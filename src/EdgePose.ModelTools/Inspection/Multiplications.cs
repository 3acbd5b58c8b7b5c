using EdgePose.ModelTools.Onnx;

namespace EdgePose.ModelTools.Inspection;

/// <summary>
/// Counts multiply-accumulates from real shapes. A transposed convolution multiplies each input element with each weight of its channel,
/// so it is counted at its input's resolution; counting it at the output's, as some tools do, gives four times too much at stride 2.
/// </summary>
internal static class Multiplications
{
    private const string Prefix = "edgepose.shape:";

    /// <summary>The graph with the shapes of all operands of multiplying operators as its outputs.</summary>
    public static ModelProto Probe(ModelProto model)
    {
        var probe = model.Clone();
        var fixedDims = FixedDims(model.Graph);
        var names = model.Graph.Node.Where(n => Operands(n) is not null).SelectMany(n => Names(n, Operands(n)!.Value))
            .Where(n => !fixedDims.ContainsKey(n)).Distinct(StringComparer.Ordinal).ToList();
        if (names.Count == 0) { return probe; }
        probe.Graph.Output.Clear();
        foreach (var name in names)
        {
            probe.Graph.Node.Add(new NodeProto { OpType = "Shape", Name = Prefix + name, Input = { name }, Output = { Prefix + name } });
            probe.Graph.Output.Add(new ValueInfoProto
            {
                Name = Prefix + name,
                Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)ElementType.Int64 } },
            });
        }
        return probe;
    }

    public static long Count(GraphProto graph, IReadOnlyDictionary<string, long[]> shapes)
    {
        var fixedDims = FixedDims(graph);
        return graph.Node.Sum(n => Operands(n) is { } operands ? Count(n, operands, Dims) : 0);

        long[] Dims(string name) => fixedDims.TryGetValue(name, out var dims) || shapes.TryGetValue(Prefix + name, out dims) ? dims
            : throw new ModelToolsException($"the shape of '{name}' is not known");
    }

    private static Dictionary<string, long[]> FixedDims(GraphProto graph) =>
        graph.Initializer.ToDictionary(t => t.Name, t => t.Dims.ToArray(), StringComparer.Ordinal);

    private static long Count(NodeProto node, (int A, int B) operands, Func<string, long[]> dims)
    {
        var (a, b) = (dims(node.Input[operands.A]), dims(node.Input[operands.B]));
        var output = ElementTypes.Count(dims(node.Output[0]));
        return node.OpType switch
        {
            "ConvTranspose" => ElementTypes.Count(a) * ElementTypes.Count(b.Skip(1)),
            "Gemm" or "FusedGemm" => output * a[node.Attribute.Any(x => x.Name == "transA" && x.I != 0) ? 0 : 1],
            "MatMul" or "MatMulInteger" or "QLinearMatMul" or "FusedMatMul" => output * a[^1],
            _ => output * ElementTypes.Count(b.Skip(1)),
        };
    }

    private static IEnumerable<string> Names(NodeProto node, (int A, int B) operands) =>
        [node.Input[operands.A], node.Input[operands.B], node.Output[0]];

    /// <summary>Indices of the two factors among a node's inputs; null for operators that are not counted.</summary>
    private static (int A, int B)? Operands(NodeProto node)
    {
        (int A, int B)? found = node.OpType switch
        {
            "Conv" or "FusedConv" or "ConvTranspose" or "ConvInteger" or "Gemm" or "FusedGemm" or "MatMul" or "FusedMatMul" or "MatMulInteger" => (0, 1),
            "QLinearConv" or "QLinearMatMul" => (0, 3),
            _ => null,
        };
        return found is { } f && node.Input.Count > f.B && node.Output.Count > 0 ? found : null;
    }
}
