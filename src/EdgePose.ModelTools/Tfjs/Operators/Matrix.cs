using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Tfjs.Reading;

namespace EdgePose.ModelTools.Tfjs.Operators;

/// <summary>Matrix products of rank 2 and softmax.</summary>
internal static class Matrix
{
    public static void Register(Dictionary<string, Converter> table)
    {
        table["MatMul"] = table["_FusedMatMul"] = Product;
        table["Softmax"] = (node, c) => c.Bind(node, c.Graph.Node("Softmax", node.Name, [c.Value(node, 0)], NodeAttribute.Int("axis", -1)));
    }

    private static void Product(TfjsNode node, Conversion c)
    {
        var fused = node.Texts("fused_ops");
        var hasBias = fused is ["BiasAdd", ..];
        string[] inputs = hasBias ? [c.Value(node, 0), c.Value(node, 1), c.Value(node, 2)] : [c.Value(node, 0), c.Value(node, 1)];
        var result = c.Graph.Node("Gemm", fused.Length > (hasBias ? 1 : 0) ? $"{node.Name}/gemm" : node.Name, inputs,
            NodeAttribute.Int("transA", node.Bool("transpose_a") ? 1 : 0),
            NodeAttribute.Int("transB", node.Bool("transpose_b") ? 1 : 0));
        foreach (var activation in fused.Skip(hasBias ? 1 : 0))
        {
            result = Activation.Fused(node, c, activation, result, channelsFirst: false);
        }
        c.Bind(node, result);
    }
}
