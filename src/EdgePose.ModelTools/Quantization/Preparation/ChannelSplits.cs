using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;

namespace EdgePose.ModelTools.Quantization.Preparation;

/// <summary>
/// Writes units that split channels, work on a part and shuffle the parts together again (ShuffleNet V2, Ma et al., arXiv:1807.11164; the
/// blocks of Lite-HRNet) as plain chains of convolutions over all channels: what passes by goes through filters of a single one, splitting
/// and shuffling become an order of weights. Exact, and on a CPU faster although it multiplies more: integer kernels of point-wise
/// convolutions cost less than moving bytes, and no split or shuffle separates the channels whose ranges are to be evened out.
/// </summary>
internal static class ChannelSplits
{
    /// <returns>Number of units that were rewritten.</returns>
    public static int Apply(GraphProto graph)
    {
        var found = 0;
        foreach (var split in graph.Node.Where(n => n.Is("Split")).ToList())
        {
            var view = new GraphView(graph);
            if (ParallelChains.Read(view, split) is not { } chains) { continue; }
            var end = Shuffle(view, chains.Join, chains.Channels);
            chains.Merge(end.Order, end.Output);
            foreach (var node in (NodeProto[])[split, chains.Join, .. end.Nodes, .. chains.Shorter]) { graph.Node.Remove(node); }
            found++;
        }
        if (found > 0) { GraphEdit.RemoveDead(graph); }
        return found;
    }

    /// <summary>The shuffle behind a Concat: where each of its channels goes, what the result is called, and the nodes that did it.</summary>
    private static (int[] Order, string Output, NodeProto[] Nodes) Shuffle(GraphView view, NodeProto concat, int channels)
    {
        var stay = (Enumerable.Range(0, channels).ToArray(), concat.Output[0], Array.Empty<NodeProto>());
        if (view.OnlyConsumer(concat.Output[0]) is not { } apart || !apart.Is("Reshape") || view.OnlyConsumer(apart.Output[0]) is not { } mixed || !mixed.Is("Transpose")
            || view.OnlyConsumer(mixed.Output[0]) is not { } joined || !joined.Is("Reshape") || !mixed.Ints("perm").SequenceEqual([0L, 2, 1, 3, 4]))
        {
            return stay;
        }
        if (Target(view, apart) is not { Length: 5 } five || Target(view, joined) is not { Length: 4 } four) { return stay; }
        var (groups, size) = ((int)five[1], (int)five[2]);
        if (groups <= 0 || size <= 0 || groups * size != channels || four[1] != channels) { return stay; }
        return ([.. Enumerable.Range(0, channels).Select(c => (c % size * groups) + (c / size))], joined.Output[0], [apart, mixed, joined]);
    }

    private static long[]? Target(GraphView view, NodeProto reshape) =>
        view.Constant(reshape.InputOrNone(1)) is { } tensor && (ElementType)tensor.DataType == ElementType.Int64 ? TensorData.ToInt64s(tensor) : null;
}
