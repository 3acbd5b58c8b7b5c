using EdgePose.ModelTools.Tfjs.Reading;

namespace EdgePose.ModelTools.Tfjs.Operators;

/// <summary>Slices with constant bounds.</summary>
internal static class Slicing
{
    public static void Register(Dictionary<string, Converter> table)
    {
        table["StridedSlice"] = Strided;
        table["Slice"] = Plain;
    }

    /// <summary>
    /// Entry i of begin/end/strides stands for the next input axis, unless bit i of new_axis_mask makes it a new axis. A shrunk axis is a
    /// slice of one that is squeezed; begin_mask and end_mask open a bound.
    /// </summary>
    private static void Strided(TfjsNode node, Conversion c)
    {
        var begin = c.ConstantInts(node, 1, "begin");
        var end = c.ConstantInts(node, 2, "end");
        var strides = c.ConstantInts(node, 3, "strides");
        if (begin.Length != end.Length || begin.Length != strides.Length || begin.Length > 32)
        {
            throw node.Error("begin, end and strides differ in length");
        }
        if (strides.Contains(0)) { throw node.Error("a stride is 0"); }
        var (beginMask, endMask) = (node.Int("begin_mask", 0), node.Int("end_mask", 0));
        var (shrink, fresh) = (node.Int("shrink_axis_mask", 0), node.Int("new_axis_mask", 0));
        if (node.Int("ellipsis_mask", 0) != 0) { throw node.Error("ellipsis_mask is not supported"); }

        List<long> starts = [], ends = [], axes = [], steps = [], squeezed = [], unsqueezed = [];
        var axis = 0;
        for (var i = 0; i < begin.Length; i++)
        {
            var bit = 1 << i;
            if ((fresh & bit) != 0) { unsqueezed.Add(axis - squeezed.Count + unsqueezed.Count); continue; }
            if ((shrink & bit) != 0)
            {
                Add(begin[i], begin[i] == -1 ? long.MaxValue : begin[i] + 1L, 1);
                squeezed.Add(axis);
            }
            else
            {
                var forward = strides[i] > 0;
                Add((beginMask & bit) == 0 ? begin[i] : forward ? 0 : long.MaxValue,
                    (endMask & bit) == 0 ? end[i] : forward ? long.MaxValue : long.MinValue, strides[i]);
            }
            axis++;
        }

        var value = Slice(node, c, starts, ends, axes, steps);
        if (squeezed.Count > 0)
        {
            value = c.Graph.Node("Squeeze", $"{node.Name}/squeeze", [value, c.Graph.Int64s($"{node.Name}/shrink", [.. squeezed])]);
        }
        if (unsqueezed.Count > 0)
        {
            value = c.Graph.Node("Unsqueeze", $"{node.Name}/unsqueeze", [value, c.Graph.Int64s($"{node.Name}/new", [.. unsqueezed])]);
        }
        c.Bind(node, value);

        void Add(long from, long to, long step)
        {
            if (from == 0 && to == long.MaxValue && step == 1) { return; }
            starts.Add(from);
            ends.Add(to);
            axes.Add(axis);
            steps.Add(step);
        }
    }

    /// <summary>Begin and size; a size of −1 reaches to the end.</summary>
    private static void Plain(TfjsNode node, Conversion c)
    {
        var begin = c.ConstantInts(node, 1, "begin");
        var size = c.ConstantInts(node, 2, "size");
        if (begin.Length != size.Length || begin.Any(b => b < 0)) { throw node.Error("begin and size do not fit"); }
        var ends = begin.Zip(size, (b, s) => s < 0 ? long.MaxValue : (long)b + s).ToList();
        var axes = Enumerable.Range(0, begin.Length).Select(a => (long)a).ToList();
        c.Bind(node, Slice(node, c, [.. begin.Select(b => (long)b)], ends, axes, [.. begin.Select(_ => 1L)]));
    }

    private static string Slice(TfjsNode node, Conversion c, List<long> starts, List<long> ends, List<long> axes, List<long> steps)
    {
        if (axes.Count == 0) { return c.Value(node, 0); }
        return c.Graph.Node("Slice", node.Name,
        [
            c.Value(node, 0), c.Graph.Int64s($"{node.Name}/starts", [.. starts]), c.Graph.Int64s($"{node.Name}/ends", [.. ends]),
            c.Graph.Int64s($"{node.Name}/axes", [.. axes]), c.Graph.Int64s($"{node.Name}/steps", [.. steps]),
        ]);
    }
}
