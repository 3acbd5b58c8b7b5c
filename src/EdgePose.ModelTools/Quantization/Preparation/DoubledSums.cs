using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;

namespace EdgePose.ModelTools.Quantization.Preparation;

/// <summary>Puts the sum of a value with itself, as some exports of high-resolution networks hold it, into the weights of the convolution that makes the value. Exact.</summary>
internal static class DoubledSums
{
    public static void Apply(GraphProto graph)
    {
        foreach (var sum in graph.Node.Where(n => n.Is("Add") && n.Input[0] == n.Input[1]).ToList())
        {
            var view = new GraphView(graph);
            if (Maker(view, sum, sum.Input[0]) is not { } last) { continue; }
            var convolution = last.Is("Relu") ? Maker(view, last, last.Input[0]) : last;
            if (convolution is null || !convolution.Is("Conv") || view.FloatConstant(convolution, 1) is null) { continue; }
            if (convolution.InputOrNone(2).Length > 0 && view.FloatConstant(convolution, 2) is null) { continue; }
            for (var i = 1; i < convolution.Input.Count && convolution.Input[i].Length > 0; i++)
            {
                var tensor = view.FloatConstant(convolution, i)!;
                convolution.Input[i] = graph.AddConstant($"{convolution.Name}:doubled_{i}", TensorData.Floats(tensor.Dims, [.. TensorData.ToFloats(tensor).Select(v => 2 * v)]));
            }
            last.Output[0] = sum.Output[0];
            graph.Node.Remove(sum);
        }
        GraphEdit.RemoveDead(graph);
    }

    /// <summary>What makes a value that one node alone uses.</summary>
    private static NodeProto? Maker(GraphView view, NodeProto user, string value) =>
        !view.IsOutput(value) && !view.IsCaptured(value) && view.Consumers(value) is [var one] && one == user ? view.Producer(value) : null;
}
