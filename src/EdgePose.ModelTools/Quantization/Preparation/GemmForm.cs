using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;

namespace EdgePose.ModelTools.Quantization.Preparation;

/// <summary>Puts Gemm's factors alpha and beta into its constants, so that its bias has the units of the products.</summary>
internal static class GemmForm
{
    public static void Apply(GraphProto graph)
    {
        var view = new GraphView(graph);
        foreach (var node in graph.Node.Where(n => n.Is("Gemm")))
        {
            if (view.FloatConstant(node, 1) is { } weight) { Fold(graph, node, "alpha", 1, weight); }
            if (view.FloatConstant(node, 2) is { } bias) { Fold(graph, node, "beta", 2, bias); }
        }
        GraphEdit.RemoveDead(graph);
    }

    private static void Fold(GraphProto graph, NodeProto node, string attribute, int input, TensorProto tensor)
    {
        if (node.Remove(attribute) is not { } factor || factor.F == 1) { return; }
        var values = TensorData.ToFloats(tensor);
        for (var i = 0; i < values.Length; i++) { values[i] *= factor.F; }
        node.Input[input] = graph.AddConstant($"{node.Name}:{attribute}", TensorData.Floats(tensor.Dims, values));
    }
}
