using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;

namespace EdgePose.ModelTools.Quantization.Preparation;

/// <summary>
/// Puts batch norms and per-channel constants behind (transposed) convolutions into weights and biases, also across the sum of two
/// transposed convolutions, which neither exporters nor ONNX Runtime fold. Exact up to float32 rounding.
/// </summary>
internal static class ConvolutionFolding
{
    public static void Apply(GraphProto graph)
    {
        while (Step(graph)) { }
        GraphEdit.RemoveDead(graph);
    }

    private static bool Step(GraphProto graph)
    {
        var view = new GraphView(graph);
        var changed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in graph.Node.ToList())
        {
            // A value that this round already changed is looked at in the next one.
            if (node.Input.Any(changed.Contains) || node.Output.Any(changed.Contains)) { continue; }
            if (Convolutions(view, node) is not { } convolutions || Channels(view, convolutions[0]) is not { } channels) { continue; }
            var sum = convolutions.Count > 1 ? node.Output[0] : convolutions[0].Output[0];
            if (view.OnlyConsumer(sum) is not { } follower || follower.Output.Count(o => o.Length > 0) != 1) { continue; }
            var rank = (int)view.FloatConstant(convolutions[0], 1)!.Dims.Count;
            if (ChannelAffine.Read(view, follower, sum, channels, rank) is not { } affine) { continue; }
            for (var i = 0; i < convolutions.Count; i++) { Fold(graph, view, convolutions[i], channels, affine, withOffset: i == 0); }
            // The last node of the group makes the value that the removed one made.
            var last = convolutions.Count > 1 ? node : convolutions[0];
            changed.Add(last.Output[0]);
            last.Output[0] = follower.Output[0];
            changed.Add(last.Output[0]);
            graph.Node.Remove(follower);
        }
        return changed.Count > 0;
    }

    /// <summary>The convolutions whose output, or sum of outputs, a node makes.</summary>
    private static List<NodeProto>? Convolutions(GraphView view, NodeProto node)
    {
        if (IsConvolution(view, node)) { return [node]; }
        if (!node.Is("Add") || node.Input[0] == node.Input[1]) { return null; }
        var pair = node.Input.Select(view.Producer).OfType<NodeProto>().ToList();
        var transposed = pair.Count == 2 && pair.TrueForAll(p => p.OpType == "ConvTranspose" && IsConvolution(view, p) && view.OnlyConsumer(p.Output[0]) == node);
        return transposed && Channels(view, pair[0]) is { } a && Channels(view, pair[1]) == a ? pair : null;
    }

    private static bool IsConvolution(GraphView view, NodeProto node) => (node.Is("Conv") || node.Is("ConvTranspose"))
        && view.FloatConstant(node, 1) is not null && (node.InputOrNone(2).Length == 0 || view.FloatConstant(node, 2) is not null);

    private static int? Channels(GraphView view, NodeProto node) => view.FloatConstant(node, 1) is not { } weight ? null
        : (int)(node.OpType == "Conv" ? weight.Dims[0] : weight.Dims[1] * node.Int("group", 1));

    private static void Fold(GraphProto graph, GraphView view, NodeProto node, int channels, ChannelAffine affine, bool withOffset)
    {
        var tensor = view.FloatConstant(node, 1)!;
        var weights = TensorData.ToFloats(tensor);
        var groups = (int)node.Int("group", 1);
        var kernel = (int)ElementTypes.Count(tensor.Dims.Skip(2));
        for (var i = 0; i < weights.Length; i++)
        {
            var (row, column) = (i / kernel / (int)tensor.Dims[1], i / kernel % (int)tensor.Dims[1]);
            var channel = node.OpType == "Conv" ? row : (row / ((int)tensor.Dims[0] / groups) * (int)tensor.Dims[1]) + column;
            weights[i] = (float)(weights[i] * affine.ScaleOf(channel));
        }
        node.Input[1] = graph.AddConstant($"{node.Name}:weight", TensorData.Floats(tensor.Dims, weights));
        var old = view.FloatConstant(node, 2) is { } given ? TensorData.ToFloats(given) : null;
        if (old is null && (!withOffset || Array.TrueForAll(affine.Offset, o => o == 0))) { return; }
        var bias = new float[channels];
        for (var c = 0; c < channels; c++) { bias[c] = (float)(((old?[c] ?? 0) * affine.ScaleOf(c)) + (withOffset ? affine.OffsetOf(c) : 0)); }
        while (node.Input.Count < 3) { node.Input.Add(""); }
        node.Input[2] = graph.AddConstant($"{node.Name}:bias", TensorData.Floats([channels], bias));
    }
}
