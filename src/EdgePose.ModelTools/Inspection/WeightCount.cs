using EdgePose.ModelTools.Onnx;

namespace EdgePose.ModelTools.Inspection;

/// <summary>Counts the elements of constants that act as weights; settings such as axes, scales of a resize or limits of a clip are none.</summary>
internal static class WeightCount
{
    public static long Of(GraphProto graph)
    {
        var constants = graph.Initializer.ToDictionary(t => t.Name, StringComparer.Ordinal);
        foreach (var node in graph.Node.Where(n => n.OpType == "Constant" && n.Output.Count == 1))
        {
            if (node.Attribute.FirstOrDefault(a => a.Name == "value")?.T is { } tensor) { constants.TryAdd(node.Output[0], tensor); }
        }
        var counted = new HashSet<string>(StringComparer.Ordinal);
        var total = 0L;
        foreach (var node in graph.Node)
        {
            for (var i = 0; i < node.Input.Count; i++)
            {
                if (constants.TryGetValue(node.Input[i], out var tensor) && IsWeight(node, i, tensor) && counted.Add(node.Input[i]))
                {
                    total += ElementTypes.Count(tensor.Dims);
                }
            }
        }
        return total;
    }

    private static bool IsWeight(NodeProto node, int input, TensorProto tensor)
    {
        if (tensor.Dims.Count == 0 || node.OpType is "Resize" or "Upsample" or "QuantizeLinear") { return false; }
        return (ElementType)tensor.DataType switch
        {
            ElementType.Float or ElementType.Float16 or ElementType.BFloat16 or ElementType.Double => node.OpType != "DequantizeLinear",
            // Quantised weights and biases.
            ElementType.Int8 or ElementType.UInt8 or ElementType.Int32 => node.OpType switch
            {
                "DequantizeLinear" => input == 0,
                "QLinearConv" or "QLinearMatMul" => input is 3 or 8,
                "ConvInteger" or "MatMulInteger" => input == 1,
                _ => false,
            },
            _ => false,
        };
    }
}
