using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;

namespace EdgePose.ModelTools.Quantization.Preparation;

/// <summary>
/// Writes enlarging by whole factors without interpolation as picking columns and rows, in NHWC order in which ONNX Runtime keeps quantized
/// tensors: whole blocks of channels are copied, where its Resize moves byte by byte (82 µs for 40 channels of 64x48). Only for fixed sizes.
/// </summary>
internal static class NearestCopies
{
    public static void Apply(GraphProto graph, TensorFacts facts)
    {
        var dims = graph.Input[0].Type?.TensorType?.Shape?.Dim;
        if (dims is not { Count: 4 } || dims.Skip(1).Any(d => !d.HasDimValue || d.DimValue <= 0)) { return; }
        foreach (var resize in graph.Node.Where(n => n.Is("Resize")).ToList())
        {
            if (facts.Shape(resize.Input[0]) is not { Length: 4 } from || facts.Shape(resize.Output[0]) is not { Length: 4 } to || !IsCopy(resize, from, to)) { continue; }
            var (name, at) = (resize.Name, graph.Node.IndexOf(resize));
            string Pick(string stem, long size, long factor) =>
                graph.AddConstant($"{name}:{stem}", TensorData.Int64s([size * factor], [.. Enumerable.Range(0, (int)(size * factor)).Select(i => i / factor)]));
            NodeProto[] nodes =
            [
                Node("Transpose", "nhwc", [resize.Input[0]], NodeAttribute.Ints("perm", 0, 2, 3, 1)),
                Node("Gather", "columns", [$"{name}:nhwc", Pick("column", from[3], to[3] / from[3])], NodeAttribute.Int("axis", 2)),
                Node("Gather", "rows", [$"{name}:columns", Pick("row", from[2], to[2] / from[2])], NodeAttribute.Int("axis", 1)),
                Node("Transpose", "nchw", [$"{name}:rows"], NodeAttribute.Ints("perm", 0, 3, 1, 2)),
            ];
            nodes[^1].Output[0] = resize.Output[0];
            graph.Node.RemoveAt(at);
            for (var i = 0; i < nodes.Length; i++) { graph.Node.Insert(at + i, nodes[i]); }

            NodeProto Node(string op, string stem, string[] inputs, AttributeProto attribute) =>
                new() { OpType = op, Name = $"{name}:{stem}", Input = { inputs }, Output = { $"{name}:{stem}" }, Attribute = { attribute } };
        }
        GraphEdit.RemoveDead(graph);
    }

    /// <summary>True where output i is input i / factor, for each of the usual ways to say it.</summary>
    private static bool IsCopy(NodeProto resize, long[] from, long[] to)
    {
        var whole = from[0] == to[0] && from[1] == to[1] && to[2] % from[2] == 0 && to[3] % from[3] == 0 && (to[2] > from[2] || to[3] > from[3]);
        return whole && resize.Text("mode", "nearest") == "nearest"
            && (resize.Text("coordinate_transformation_mode", "half_pixel"), resize.Text("nearest_mode", "round_prefer_floor")) is ("asymmetric", "floor")
                or ("half_pixel", "round_prefer_floor") or ("half_pixel", "round_prefer_ceil");
    }
}
