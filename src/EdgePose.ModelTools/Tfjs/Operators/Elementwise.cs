using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Tfjs.Reading;

namespace EdgePose.ModelTools.Tfjs.Operators;

/// <summary>Operators that work value by value, with broadcasting where there are two inputs.</summary>
internal static class Elementwise
{
    public static void Register(Dictionary<string, Converter> table)
    {
        ReadOnlySpan<string> sameName =
        [
            "Sigmoid", "Relu", "Elu", "Sqrt", "Abs", "Exp", "Log", "Reciprocal", "Tanh", "Neg", "Floor", "Ceil", "Sin", "Cos", "Softplus",
        ];
        foreach (var op in sameName)
        {
            table[op] = (node, c) => c.Bind(node, c.Graph.Node(op, node.Name, [c.Value(node, 0)]));
        }
        ReadOnlySpan<(string Tf, string Onnx)> binary =
        [
            ("Add", "Add"), ("AddV2", "Add"), ("Sub", "Sub"), ("Mul", "Mul"), ("RealDiv", "Div"), ("Div", "Div"), ("Pow", "Pow"),
            ("Maximum", "Max"), ("Minimum", "Min"), ("Less", "Less"), ("LessEqual", "LessOrEqual"), ("Greater", "Greater"),
            ("GreaterEqual", "GreaterOrEqual"), ("Equal", "Equal"), ("LogicalAnd", "And"), ("LogicalOr", "Or"), ("Prelu", "PRelu"),
        ];
        foreach (var (tf, onnx) in binary)
        {
            table[tf] = (node, c) => c.Bind(node, c.Graph.Node(onnx, node.Name, [c.Value(node, 0), c.Value(node, 1)]));
        }
        table["LogicalNot"] = (node, c) => c.Bind(node, c.Graph.Node("Not", node.Name, [c.Value(node, 0)]));
        table["BiasAdd"] = BiasAdd;
        table["AddN"] = AddN;
        table["SquaredDifference"] = (node, c) =>
            Square(node, c, c.Graph.Node("Sub", $"{node.Name}/difference", [c.Value(node, 0), c.Value(node, 1)]));
        table["Square"] = (node, c) => Square(node, c, c.Value(node, 0));
        table["Rsqrt"] = (node, c) =>
            c.Bind(node, c.Graph.Node("Reciprocal", node.Name, [c.Graph.Node("Sqrt", $"{node.Name}/sqrt", [c.Value(node, 0)])]));
        table["Relu6"] = (node, c) => c.Bind(node, Activation.Relu6(c, node.Name, c.Value(node, 0)));
        table["LeakyRelu"] = Activation.LeakyRelu;
        table["FloorDiv"] = FloorDiv;
        table["FloorMod"] = FloorMod;
        table["Cast"] = Cast;
        table["Identity"] = table["IdentityN"] = table["StopGradient"] = table["Snapshot"] = (node, c) => c.Alias(node);
    }

    private static void BiasAdd(TfjsNode node, Conversion c)
    {
        if (node.Text("data_format", "NHWC") != "NHWC") { throw node.Error("only the data format NHWC is supported"); }
        c.Bind(node, c.Graph.Node("Add", node.Name, [c.Value(node, 0), c.Value(node, 1)]));
    }

    /// <summary>A chain of Add, because ONNX's Sum takes no integers in ONNX Runtime.</summary>
    private static void AddN(TfjsNode node, Conversion c)
    {
        var values = c.Values(node);
        if (values.Length == 0) { throw node.Error("it has no input"); }
        if (values.Length == 1) { c.Alias(node); return; }
        if (node.Type("T") is not ElementType.Int32) { c.Bind(node, c.Graph.Node("Sum", node.Name, values)); return; }
        var sum = values[0];
        for (var i = 1; i < values.Length; i++)
        {
            sum = c.Graph.Node("Add", i < values.Length - 1 ? $"{node.Name}/{i}" : node.Name, [sum, values[i]]);
        }
        c.Bind(node, sum);
    }

    private static void Square(TfjsNode node, Conversion c, string value) => c.Bind(node, c.Graph.Node("Mul", node.Name, [value, value]));

    /// <summary>Rounds towards minus infinity. ONNX divides integers towards zero, so the (floored) remainder is taken off first.</summary>
    private static void FloorDiv(TfjsNode node, Conversion c)
    {
        var (x, y) = (c.Value(node, 0), c.Value(node, 1));
        if (IsFloat(node))
        {
            c.Bind(node, c.Graph.Node("Floor", node.Name, [c.Graph.Node("Div", $"{node.Name}/div", [x, y])]));
            return;
        }
        var remainder = c.Graph.Node("Mod", $"{node.Name}/mod", [x, y]);
        c.Bind(node, c.Graph.Node("Div", node.Name, [c.Graph.Node("Sub", $"{node.Name}/multiple", [x, remainder]), y]));
    }

    /// <summary>The remainder has the sign of the divisor. ONNX's Mod does that for integers; for floats it is written out.</summary>
    private static void FloorMod(TfjsNode node, Conversion c)
    {
        var (x, y) = (c.Value(node, 0), c.Value(node, 1));
        if (!IsFloat(node))
        {
            c.Bind(node, c.Graph.Node("Mod", node.Name, [x, y]));
            return;
        }
        var quotient = c.Graph.Node("Floor", $"{node.Name}/floor", [c.Graph.Node("Div", $"{node.Name}/div", [x, y])]);
        c.Bind(node, c.Graph.Node("Sub", node.Name, [x, c.Graph.Node("Mul", $"{node.Name}/multiple", [quotient, y])]));
    }

    private static bool IsFloat(TfjsNode node) => node.Type("T") switch
    {
        ElementType.Float => true,
        ElementType.Int32 => false,
        var other => throw node.Error($"element type {other?.ToString() ?? "unknown"} is not supported"),
    };

    private static void Cast(TfjsNode node, Conversion c)
    {
        var type = node.Type("DstT") ?? throw node.Error("it does not say what to cast to");
        // TF.js has no uint8: the values stay int32.
        if (type == ElementType.UInt8) { type = ElementType.Int32; }
        c.Bind(node, c.Graph.Node("Cast", node.Name, [c.Value(node, 0)], NodeAttribute.Int("to", (long)type)));
    }
}
