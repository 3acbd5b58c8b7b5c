using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Tfjs.Reading;

namespace EdgePose.ModelTools.Tfjs.Operators;

/// <summary>Activations, as nodes of their own and fused behind a convolution or matrix product.</summary>
internal static class Activation
{
    /// <summary>TensorFlow's slope where the attribute is left out.</summary>
    private const float DefaultSlope = 0.2f;

    /// <summary>Adds the activation <paramref name="name"/> of <c>fused_ops</c> behind <paramref name="value"/>.</summary>
    public static string Fused(TfjsNode node, Conversion c, string name, string value, bool channelsFirst)
    {
        var stem = $"{node.Name}/{name}";
        return name switch
        {
            "Relu" or "Elu" or "Sigmoid" or "Tanh" => c.Graph.Node(name, stem, [value]),
            "Relu6" => Relu6(c, stem, value),
            "LeakyRelu" =>
                c.Graph.Node("LeakyRelu", stem, [value], NodeAttribute.Float("alpha", node.Float("leakyrelu_alpha", DefaultSlope))),
            "Prelu" => c.Graph.Node("PRelu", stem,
                [value, channelsFirst ? SlopeChannelsFirst(node, c) : c.Value(node, node.Inputs.Count - 1)]),
            _ => throw node.Error($"the fused operation '{name}' is not supported"),
        };
    }

    public static string Relu6(Conversion c, string stem, string value) =>
        c.Graph.Node("Clip", stem, [value, c.Graph.Scalar("zero", 0), c.Graph.Scalar("six", 6)]);

    public static void LeakyRelu(TfjsNode node, Conversion c) =>
        c.Bind(node, c.Graph.Node("LeakyRelu", node.Name, [c.Value(node, 0)],
            NodeAttribute.Float("alpha", node.Float("alpha", DefaultSlope))));

    /// <summary>The slope [C], [1,1,C] or [H,W,C], the last input of the fused node, as [C,1,1] or [C,H,W].</summary>
    private static string SlopeChannelsFirst(TfjsNode node, Conversion c)
    {
        var slope = c.Constant(node, node.Inputs.Count - 1, "slope");
        if (slope.Type != ElementType.Float) { throw node.Error("its slope is not float"); }
        return slope.Dims switch
        {
            [var channels] => c.Form(slope, "chw", () => TensorData.Raw(ElementType.Float, [channels, 1, 1], slope.Data.Span)),
            [var h, var w, var channels] => c.Form(slope, "chw", () => TensorData.Floats([channels, h, w], slope.Transposed(2, 0, 1))),
            _ => throw node.Error($"its slope [{string.Join(',', slope.Dims)}] is neither [C] nor [H,W,C]"),
        };
    }
}
