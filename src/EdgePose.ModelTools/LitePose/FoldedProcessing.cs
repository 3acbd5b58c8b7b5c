using EdgePose.ModelTools.Onnx;

namespace EdgePose.ModelTools.LitePose;

/// <summary>Steps around the network that can move into its graph.</summary>
internal static class FoldedProcessing
{
    /// <summary>Side of the window in which a peak is the largest value (NMS_KERNEL of the original).</summary>
    private const int Window = 5;

    private static readonly float[] Mean = [123.675f, 116.28f, 103.53f];
    private static readonly float[] Deviation = [58.395f, 57.12f, 57.375f];

    /// <summary>
    /// The input <c>image</c>, uint8 RGB [n,h,w,3], and the nodes that turn it into what the network takes. The mean stays out of the first
    /// convolution: its zero padding would then mean another border colour.
    /// </summary>
    public static string Input(GraphBuilder graph)
    {
        var image = graph.Input("image", ElementType.UInt8, [-1, -1, -1, 3]);
        var x = graph.Node("Cast", "image.float", [image], NodeAttribute.Int("to", (long)ElementType.Float));
        x = graph.Node("Transpose", "image.nchw", [x], NodeAttribute.Ints("perm", 0, 3, 1, 2));
        x = graph.Node("Sub", "image.centred", [x, graph.Constant("image.mean", TensorData.Floats([1, 3, 1, 1], Mean))]);
        return graph.Node("Div", "image.normalised", [x, graph.Constant("image.deviation", TensorData.Floats([1, 3, 1, 1], Deviation))]);
    }

    /// <summary>
    /// Peaks instead of maps: heat is the mean of both heads at half the input's size; a value stays where it is the largest of its 5x5
    /// window; the 30 largest of each joint come with their flat index and the tag there.
    /// </summary>
    /// <remarks>Outputs <c>val</c> [n,J,30], <c>idx</c> int64 [n,J,30] (row-major in maps of h/2 x w/2) and <c>tag</c> [n,J,30,1].</remarks>
    public static void Peaks(GraphBuilder graph, string coarse, string fine, int joints)
    {
        foreach (var name in (string[])["val", "idx", "tag"]) { graph.Reserve(name); }
        var upper = graph.Node("Resize", "coarse.doubled", [coarse, "", graph.Constant("scales", TensorData.Floats([4], [1, 1, 2, 2]))],
            NodeAttribute.Text("mode", "linear"), NodeAttribute.Text("coordinate_transformation_mode", "half_pixel"));
        var halves = graph.Nodes("Split", "maps", 2, [upper, graph.Int64s("joints", joints, joints)], NodeAttribute.Int("axis", 1));
        var heat = graph.Node("Mul", "heat", [graph.Node("Add", "heat.sum", [halves[0], fine]), graph.Scalar("half", 0.5f)]);
        var largest = graph.Node("MaxPool", "heat.largest", [heat], NodeAttribute.Ints("kernel_shape", Window, Window),
            NodeAttribute.Ints("pads", Window / 2, Window / 2, Window / 2, Window / 2), NodeAttribute.Ints("strides", 1, 1));
        var isPeak = graph.Node("Equal", "heat.is_peak", [heat, largest]);
        var peaks = graph.Node("Where", "peaks", [isPeak, heat, graph.Scalar("zero", 0)]);
        var flat = graph.Int64s("flat", 0, 0, -1);
        var best = graph.Nodes("TopK", "best", 2, [graph.Node("Reshape", "peaks.flat", [peaks, flat]), graph.Int64s("count", LitePoseImporter.PeaksPerJoint)],
            NodeAttribute.Int("axis", 2), NodeAttribute.Int("largest", 1), NodeAttribute.Int("sorted", 1));
        var tags = graph.Node("GatherElements", "tags.best", [graph.Node("Reshape", "tags.flat", [halves[1], flat]), best[1]], NodeAttribute.Int("axis", 2));
        graph.Output("val", best[0], ElementType.Float, [-1, joints, LitePoseImporter.PeaksPerJoint]);
        graph.Output("idx", best[1], ElementType.Int64, [-1, joints, LitePoseImporter.PeaksPerJoint]);
        graph.Output("tag", graph.Node("Unsqueeze", "tags.with_axis", [tags, graph.Int64s("last", 3)]), ElementType.Float,
            [-1, joints, LitePoseImporter.PeaksPerJoint, 1]);
    }
}
