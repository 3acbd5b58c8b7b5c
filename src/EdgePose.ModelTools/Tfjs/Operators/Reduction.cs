using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Tfjs.Reading;

namespace EdgePose.ModelTools.Tfjs.Operators;

/// <summary>Reductions over constant axes, arg-max and top-k.</summary>
internal static class Reduction
{
    public static void Register(Dictionary<string, Converter> table)
    {
        table["Mean"] = (node, c) => Reduce(node, c, "ReduceMean");
        table["Max"] = (node, c) => Reduce(node, c, "ReduceMax");
        table["Min"] = (node, c) => Reduce(node, c, "ReduceMin");
        table["Prod"] = (node, c) => Reduce(node, c, "ReduceProd");
        table["Sum"] = Sum;
        table["ArgMax"] = (node, c) => Extreme(node, c, "ArgMax");
        table["ArgMin"] = (node, c) => Extreme(node, c, "ArgMin");
        table["TopKV2"] = TopK;
    }

    /// <summary>Up to opset 17 these take their axes as an attribute. No axes at all means nothing is reduced.</summary>
    private static void Reduce(TfjsNode node, Conversion c, string op)
    {
        var axes = Axes(node, c);
        if (axes.Length == 0) { c.Bind(node, c.Value(node, 0)); return; }
        c.Bind(node, c.Graph.Node(op, node.Name, [c.Value(node, 0)], NodeAttribute.Ints("axes", axes), Keep(node)));
    }

    private static void Sum(TfjsNode node, Conversion c)
    {
        var axes = Axes(node, c);
        if (axes.Length == 0) { c.Bind(node, c.Value(node, 0)); return; }
        c.Bind(node, c.Graph.Node("ReduceSum", node.Name, [c.Value(node, 0), c.Graph.Int64s($"{node.Name}/axes", axes)], Keep(node)));
    }

    /// <summary>The first of equal values wins in both worlds; TensorFlow's index is int32, ONNX's int64.</summary>
    private static void Extreme(TfjsNode node, Conversion c, string op)
    {
        var index = c.Graph.Node(op, $"{node.Name}/int64", [c.Value(node, 0)],
            NodeAttribute.Int("axis", c.ConstantInt(node, 1, "dimension")), NodeAttribute.Int("keepdims", 0));
        c.Bind(node, ToInt32(c, node.Name, index));
    }

    private static void TopK(TfjsNode node, Conversion c)
    {
        string k;
        if (c.TryConstant(node, 1) is not null)
        {
            k = c.Graph.Int64s($"{node.Name}/k", c.ConstantInt(node, 1, "k"));
        }
        else
        {
            k = c.Graph.Node("Reshape", $"{node.Name}/k", [c.Int64(node, 1), c.Graph.Int64s("one", 1)]);
        }
        var outputs = c.Graph.Nodes("TopK", node.Name, 2, [c.Value(node, 0), k],
            NodeAttribute.Int("axis", -1), NodeAttribute.Int("largest", 1), NodeAttribute.Int("sorted", node.Bool("sorted", true) ? 1 : 0));
        c.Bind(node, outputs[0], ToInt32(c, $"{node.Name}/indices", outputs[1]));
    }

    private static string ToInt32(Conversion c, string stem, string value) =>
        c.Graph.Node("Cast", stem, [value], NodeAttribute.Int("to", (long)ElementType.Int32));

    private static long[] Axes(TfjsNode node, Conversion c) => [.. c.ConstantInts(node, 1, "axes").Select(a => (long)a)];

    private static AttributeProto Keep(TfjsNode node) => NodeAttribute.Int("keepdims", node.Bool("keep_dims") ? 1 : 0);
}
