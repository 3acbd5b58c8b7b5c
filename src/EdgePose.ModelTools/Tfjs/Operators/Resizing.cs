using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Tfjs.Reading;

namespace EdgePose.ModelTools.Tfjs.Operators;

/// <summary>Spatial resampling.</summary>
internal static class Resizing
{
    public static void Register(Dictionary<string, Converter> table)
    {
        table["ResizeBilinear"] = (node, c) => Resize(node, c, "linear");
        table["ResizeNearestNeighbor"] = (node, c) => Resize(node, c, "nearest");
        table["DepthToSpace"] = DepthToSpace;
    }

    /// <summary>Without either flag TensorFlow maps pixel corners to pixel corners: ONNX's "asymmetric", not its default.</summary>
    private static void Resize(TfjsNode node, Conversion c, string mode)
    {
        var (corners, half) = (node.Bool("align_corners"), node.Bool("half_pixel_centers"));
        if (corners && half) { throw node.Error("align_corners and half_pixel_centers exclude each other"); }
        var value = c.Value(node, 0);
        // TensorFlow returns float for any element type in bilinear mode.
        if (mode == "linear" && node.Type("T") is not (null or ElementType.Float))
        {
            value = c.Graph.Node("Cast", $"{node.Name}/float", [value], NodeAttribute.Int("to", (long)ElementType.Float));
        }
        value = c.ChannelsFirst(value);
        var shape = c.Graph.Node("Shape", $"{node.Name}/shape", [value]);
        var batchAndChannels = c.Graph.Node("Slice", $"{node.Name}/nc", [shape, c.Graph.Int64s("from_0", 0), c.Graph.Int64s("to_2", 2)]);
        var sizes = c.Graph.Node("Concat", $"{node.Name}/sizes", [batchAndChannels, c.Int64(node, 1)], NodeAttribute.Int("axis", 0));
        var coordinates = corners ? "align_corners" : half ? "half_pixel" : "asymmetric";
        var result = c.Graph.Node("Resize", $"{node.Name}/resize", [value, "", "", sizes],
            NodeAttribute.Text("mode", mode),
            NodeAttribute.Text("coordinate_transformation_mode", coordinates),
            // With a flag TensorFlow rounds halves up, without one it truncates.
            NodeAttribute.Text("nearest_mode", corners || half ? "round_prefer_ceil" : "floor"));
        c.BindChannelsLast(node, result);
    }

    private static void DepthToSpace(TfjsNode node, Conversion c)
    {
        var block = node.Int("block_size", 0);
        if (block < 1 || node.Text("data_format", "NHWC") != "NHWC") { throw node.Error("it needs a block size and the data format NHWC"); }
        c.BindChannelsLast(node, c.Graph.Node("DepthToSpace", $"{node.Name}/nchw", [c.ChannelsFirst(c.Value(node, 0))],
            NodeAttribute.Int("blocksize", block), NodeAttribute.Text("mode", "DCR")));
    }
}
