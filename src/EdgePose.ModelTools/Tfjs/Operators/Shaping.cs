using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Tfjs.Reading;

namespace EdgePose.ModelTools.Tfjs.Operators;

/// <summary>Operators that rearrange values or ask for shapes.</summary>
internal static class Shaping
{
    /// <summary>Parts of one split. A file must not make the importer produce names without end.</summary>
    private const int MaxParts = 4096;

    public static void Register(Dictionary<string, Converter> table)
    {
        table["Reshape"] = (node, c) => c.Bind(node, c.Graph.Node("Reshape", node.Name, [c.Value(node, 0), c.Int64(node, 1)]));
        table["ExpandDims"] = (node, c) =>
            c.Bind(node, c.Graph.Node("Unsqueeze", node.Name,
                [c.Value(node, 0), c.Graph.Int64s($"{node.Name}/axis", c.ConstantInt(node, 1, "axis"))]));
        table["Squeeze"] = Squeeze;
        table["Pack"] = Pack;
        table["Unpack"] = Unpack;
        table["Split"] = Split;
        table["SplitV"] = SplitV;
        table["ConcatV2"] = Concat;
        table["Transpose"] = Transpose;
        table["Pad"] = table["PadV2"] = Pad;
        table["Tile"] = (node, c) => c.Bind(node, c.Graph.Node("Tile", node.Name, [c.Value(node, 0), c.Int64(node, 1)]));
        table["Shape"] = (node, c) => Measure(node, c, "Shape");
        table["Size"] = (node, c) => Measure(node, c, "Size");
    }

    private static void Squeeze(TfjsNode node, Conversion c)
    {
        var axes = Array.ConvertAll(node.Ints("squeeze_dims"), a => (long)a);
        string[] inputs = axes.Length > 0 ? [c.Value(node, 0), c.Graph.Int64s($"{node.Name}/axes", axes)] : [c.Value(node, 0)];
        c.Bind(node, c.Graph.Node("Squeeze", node.Name, inputs));
    }

    private static void Pack(TfjsNode node, Conversion c)
    {
        var axis = node.Int("axis", 0);
        var axes = c.Graph.Int64s($"{node.Name}/axis", axis);
        var parts = c.Values(node);
        if (parts.Length == 0) { throw node.Error("it has no input"); }
        for (var i = 0; i < parts.Length; i++) { parts[i] = c.Graph.Node("Unsqueeze", $"{node.Name}/part_{i}", [parts[i], axes]); }
        c.Bind(node, c.Graph.Node("Concat", node.Name, parts, NodeAttribute.Int("axis", axis)));
    }

    private static void Unpack(TfjsNode node, Conversion c)
    {
        var axis = node.Int("axis", 0);
        var axes = c.Graph.Int64s($"{node.Name}/axis", axis);
        var count = Parts(node, "num");
        string[] parts = count == 1
            ? [c.Value(node, 0)]
            : c.Graph.Nodes("Split", $"{node.Name}/part", count, [c.Value(node, 0)], NodeAttribute.Int("axis", axis));
        for (var i = 0; i < count; i++) { parts[i] = c.Graph.Node("Squeeze", new TensorRef(node.Name, i).ToString(), [parts[i], axes]); }
        c.Bind(node, parts);
    }

    private static void Split(TfjsNode node, Conversion c)
    {
        var count = Parts(node, "num_split");
        if (count == 1) { c.Bind(node, c.Value(node, 1)); return; }
        c.Bind(node, c.Graph.Nodes("Split", node.Name, count, [c.Value(node, 1)],
            NodeAttribute.Int("axis", c.ConstantInt(node, 0, "axis"))));
    }

    /// <summary>One size may be −1, "the rest", which ONNX does not have: slices from the front, the open part, and slices from the
    /// end.</summary>
    private static void SplitV(TfjsNode node, Conversion c)
    {
        var sizes = c.ConstantInts(node, 1, "sizes");
        var axis = c.ConstantInt(node, 2, "axis");
        if (sizes.Length is 0 or > MaxParts || sizes.Count(s => s < 0) > 1 || sizes.Any(s => s < -1))
        {
            throw node.Error("its sizes are not valid");
        }
        var rest = Array.IndexOf(sizes, -1);
        if (rest < 0)
        {
            c.Bind(node, c.Graph.Nodes("Split", node.Name, sizes.Length, [c.Value(node, 0), c.Int64(node, 1)],
                NodeAttribute.Int("axis", axis)));
            return;
        }
        var parts = new string[sizes.Length];
        var start = 0L;
        var end = -sizes.Skip(rest + 1).Sum(s => (long)s);
        for (var i = 0; i < sizes.Length; i++)
        {
            var to = i == rest ? end : start + sizes[i];
            // A negative start counts from the end; there, an end of 0 has to be "the end".
            var stop = i >= rest && to == 0 ? long.MaxValue : to;
            parts[i] = c.Graph.Node("Slice", new TensorRef(node.Name, i).ToString(),
            [
                c.Value(node, 0), c.Graph.Int64s($"{node.Name}/from", start), c.Graph.Int64s($"{node.Name}/to", stop),
                c.Graph.Int64s($"{node.Name}/axis", axis),
            ]);
            start = to;
        }
        c.Bind(node, parts);
    }

    private static int Parts(TfjsNode node, string attribute) =>
        node.Int(attribute, 0) is var count && count is >= 1 and <= MaxParts
            ? count
            : throw node.Error($"'{attribute}' is {count}; 1 to {MaxParts} are possible");

    private static void Concat(TfjsNode node, Conversion c)
    {
        if (node.Inputs.Count < 2) { throw node.Error("it has no value to concatenate"); }
        var axis = c.ConstantInt(node, node.Inputs.Count - 1, "axis");
        c.Bind(node, c.Graph.Node("Concat", node.Name, c.Values(node).AsSpan()[..^1], NodeAttribute.Int("axis", axis)));
    }

    private static void Transpose(TfjsNode node, Conversion c)
    {
        var order = Array.ConvertAll(c.ConstantInts(node, 1, "permutation"), a => (long)a);
        c.Bind(node, c.Graph.Node("Transpose", node.Name, [c.Value(node, 0)], NodeAttribute.Ints("perm", order)));
    }

    /// <summary>TensorFlow: [[before, after], …]; ONNX: all befores, then all afters.</summary>
    private static void Pad(TfjsNode node, Conversion c)
    {
        var pairs = c.ConstantInts(node, 1, "paddings");
        var rank = pairs.Length / 2;
        var pads = new long[2 * rank];
        for (var axis = 0; axis < rank; axis++) { (pads[axis], pads[rank + axis]) = (pairs[2 * axis], pairs[(2 * axis) + 1]); }
        string[] inputs = [c.Value(node, 0), c.Graph.Int64s($"{node.Name}/pads", pads)];
        if (node.Op == "PadV2") { inputs = [.. inputs, c.Value(node, 2)]; }
        c.Bind(node, c.Graph.Node("Pad", node.Name, inputs, NodeAttribute.Text("mode", "constant")));
    }

    private static void Measure(TfjsNode node, Conversion c, string op) =>
        c.Bind(node, c.Graph.Node("Cast", node.Name, [c.Graph.Node(op, $"{node.Name}/int64", [c.Value(node, 0)])],
            NodeAttribute.Int("to", (long)ElementType.Int32)));
}
