using EdgePose.ModelTools.Onnx;

namespace EdgePose.ModelTools.Quantization;

/// <summary>Counts what the runtime made of a quantized graph.</summary>
public static class Residuals
{
    private static readonly HashSet<string> Conversions = ["QuantizeLinear", "DequantizeLinear"];

    /// <summary>Lets the runtime optimise the model and counts in the result.</summary>
    public static ResidualReport Count(IGraphRunner runner, byte[] model, string name)
    {
        var graph = OnnxModel.Parse(runner.Optimized(model, name), name).Graph;
        var integer = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var floats = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var node in graph.Node.Where(n => !Conversions.Contains(n.OpType)))
        {
            var counts = IsInteger(node) ? integer : floats;
            counts[node.OpType] = counts.GetValueOrDefault(node.OpType) + 1;
        }
        return new ResidualReport(graph.Node.Count(n => n.OpType == "QuantizeLinear"), graph.Node.Count(n => n.OpType == "DequantizeLinear"), 0, integer, floats);
    }

    private static bool IsInteger(NodeProto node) => node.OpType.StartsWith("QLinear", StringComparison.Ordinal)
        || node.OpType is "MatMulInteger" or "ConvInteger" or "QGemm";
}
