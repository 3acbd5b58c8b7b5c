using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;

namespace EdgePose.ModelTools.Quantization.Preparation;

/// <summary>
/// Writes x / max(s·‖x‖₂, ε), as ScaleNorm and RMS-like layers are exported, as LpNormalization and a factor: QNN has the one operator, while
/// the squares and their sum in between would need far more range than any integer type offers. ε is dropped: it acts only where the norm is
/// next to nothing.
/// </summary>
internal static class LpNormalization
{
    /// <summary>A lower bound above this would change ordinary values.</summary>
    private const float LargestEpsilon = 1e-2f;

    /// <returns>Number of normalisations that were found.</returns>
    public static int Apply(GraphProto graph)
    {
        var found = 0;
        foreach (var division in graph.Node.Where(n => n.Is("Div")).ToList())
        {
            var view = new GraphView(graph);
            if (Read(view, division) is not { } norm) { continue; }
            Replace(graph, view, division, norm.Axis, norm.Factor);
            found++;
        }
        if (found > 0) { GraphEdit.RemoveDead(graph); }
        return found;
    }

    private static void Replace(GraphProto graph, GraphView view, NodeProto division, long axis, float factor)
    {
        var output = division.Output[0];
        var normal = new NodeProto { OpType = "LpNormalization", Name = $"{division.Name}:lp", Input = { division.Input[0] }, Output = { output } };
        normal.Attribute.Add(NodeAttribute.Int("axis", axis));
        normal.Attribute.Add(NodeAttribute.Int("p", 2));
        var at = graph.Node.IndexOf(division);
        graph.Node[at] = normal;
        if (factor == 1) { return; }
        // The learned gain usually follows: one factor instead of two.
        if (view.OnlyConsumer(output) is { } gain && gain.Is("Mul") && view.FloatConstant(gain, gain.Input[0] == output ? 1 : 0) is { } constant)
        {
            float[] values = [.. TensorData.ToFloats(constant).Select(v => v * factor)];
            gain.Input[gain.Input[0] == output ? 1 : 0] = graph.AddConstant($"{division.Name}:gain", TensorData.Floats(constant.Dims, values));
            return;
        }
        normal.Output[0] = graph.FreeName($"{output}:lp");
        var scale = graph.AddConstant($"{division.Name}:factor", TensorData.Floats([1], [factor]));
        graph.Node.Insert(at + 1, new NodeProto { OpType = "Mul", Name = $"{division.Name}:scaled", Input = { normal.Output[0], scale }, Output = { output } });
    }

    /// <summary>The axis of the norm and 1/s when the node divides a value by its own norm.</summary>
    private static (long Axis, float Factor)? Read(GraphView view, NodeProto division)
    {
        var (x, factor) = (division.Input[0], 1f);
        var node = view.Producer(division.Input[1]);
        if (node?.Is("Expand") == true) { node = view.Producer(node.Input[0]); }
        if (node is not null && IsLowerBound(view, node)) { node = view.Producer(node.Input[0]); }
        if (node?.Is("Mul") == true && Scalar(view, node, 1) is > 0 and { } s)
        {
            factor = 1 / s;
            node = view.Producer(node.Input[0]);
        }
        return node is not null && Norm(view, node) is { } norm && norm.Source == x ? (norm.Axis, factor) : null;
    }

    private static bool IsLowerBound(GraphView view, NodeProto node) => node.OpType switch
    {
        "Clip" => node.InputOrNone(2).Length == 0 && Scalar(view, node, 1) is > 0 and <= LargestEpsilon,
        "Max" or "Add" => node.Input.Count == 2 && Scalar(view, node, 1) is > 0 and <= LargestEpsilon,
        _ => false,
    };

    /// <summary>What is normed, along which axis: ReduceL2, or the root of a sum of squares.</summary>
    private static (string Source, long Axis)? Norm(GraphView view, NodeProto node)
    {
        if (node.Is("ReduceL2")) { return Axis(view, node) is { } only ? (node.Input[0], only) : null; }
        var root = node.Is("Sqrt") || (node.Is("Pow") && Scalar(view, node, 1) == 0.5f);
        if (!root || view.Producer(node.Input[0]) is not { } sum || !sum.Is("ReduceSum") || Axis(view, sum) is not { } axis) { return null; }
        if (view.Producer(sum.Input[0]) is not { } square) { return null; }
        if (square.Is("Mul") && square.Input[0] == square.Input[1]) { return (square.Input[0], axis); }
        if (!square.Is("Pow") || Scalar(view, square, 1) != 2) { return null; }
        var source = view.Producer(square.Input[0]) is { } abs && abs.Is("Abs") ? abs.Input[0] : square.Input[0];
        return (source, axis);
    }

    /// <summary>The only axis of a reduction that keeps it; null for others.</summary>
    private static long? Axis(GraphView view, NodeProto node)
    {
        if (node.Int("keepdims", 1) != 1) { return null; }
        var axes = view.Constant(node.InputOrNone(1)) is { } given ? TensorData.ToInt64s(given) : node.Ints("axes");
        return axes is [var axis] ? axis : null;
    }

    private static float? Scalar(GraphView view, NodeProto node, int input) =>
        view.FloatConstant(node, input) is { } tensor && TensorData.ToFloats(tensor) is [var value] ? value : null;
}
