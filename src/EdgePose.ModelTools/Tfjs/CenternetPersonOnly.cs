using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Tfjs.Reading;

namespace EdgePose.ModelTools.Tfjs;

/// <summary>
/// Reduces a centernet detector that decodes in its graph to its first class (person), exactly: the last class convolution keeps
/// one column, so heat map, peak search and top-k see one channel, and the number of classes that indices are divided by becomes 1.
/// What is left of the result differs from the full detector's rows of class 0 only in that no other class takes places among the
/// best k.
/// </summary>
internal static class CenternetPersonOnly
{
    /// <exception cref="ModelToolsException">The graph is not of this kind.</exception>
    public static TfjsModel Apply(TfjsModel model)
    {
        var scores = model.Nodes.Values.Where(n => n.Op == "Sigmoid" && Classes(model, n) > 1).ToList();
        if (scores is not [var score]) { throw NotCenternet(model); }
        var convolution = model.Nodes[score.Inputs[0].Node];
        var classes = Classes(model, score);
        var divisors = model.Nodes.Values.Where(n => n.Op is "FloorDiv" or "FloorMod" && DividesTopKIndex(model, n, classes))
            .Select(n => n.Inputs[1].Node).ToHashSet(StringComparer.Ordinal);
        if (divisors.Count == 0) { throw NotCenternet(model); }
        string[] edited = [convolution.Inputs[1].Node, convolution.Inputs[2].Node, .. divisors];
        foreach (var node in model.Nodes.Values.Where(n =>
            n != convolution && !(n.Op is "FloorDiv" or "FloorMod" && divisors.Contains(n.Inputs[^1].Node))))
        {
            if (node.Inputs.Any(i => edited.Contains(i.Node))) { throw node.Error("it shares a constant with the class decoding"); }
        }

        var weights = new Dictionary<string, TfjsWeight>(model.Weights, StringComparer.Ordinal);
        foreach (var name in edited[..2]) { weights[name] = FirstColumn(weights[name]); }
        foreach (var name in divisors) { weights[name] = weights[name] with { Data = BitConverter.GetBytes(1) }; }
        var outputs = model.Outputs.Select(o =>
            o.Shape is [var n, var h, var w, var c] && c == classes ? o with { Shape = [n, h, w, 1] } : o);
        return model with { Weights = weights, Outputs = [.. outputs] };
    }

    /// <summary>Number of classes if the node is the sigmoid of a biased 1×1 convolution, otherwise 0.</summary>
    private static long Classes(TfjsModel model, TfjsNode sigmoid) =>
        sigmoid.Inputs is [var input] && model.Nodes[input.Node] is { Op: "_FusedConv2D", Inputs.Count: 3 } convolution
        && convolution.Texts("fused_ops") is ["BiasAdd"]
        && model.Weights.GetValueOrDefault(convolution.Inputs[1].Node) is { Type: ElementType.Float, Dims: [1, 1, _, var columns] }
        && model.Weights.GetValueOrDefault(convolution.Inputs[2].Node) is { Type: ElementType.Float, Dims: [var biases] }
        && biases == columns
            ? columns
            : 0;

    private static bool DividesTopKIndex(TfjsModel model, TfjsNode node, long classes) =>
        node.Inputs is [{ Index: 1 } index, var divisor] && model.Nodes[index.Node].Op == "TopKV2"
        && model.Weights.GetValueOrDefault(divisor.Node) is { Type: ElementType.Int32, Dims: [] } weight && weight.Ints[0] == classes;

    private static TfjsWeight FirstColumn(TfjsWeight weight)
    {
        var columns = (int)weight.Dims[^1];
        var rows = weight.Floats.Length / columns;
        var data = new byte[rows * sizeof(float)];
        for (var row = 0; row < rows; row++)
        {
            weight.Data.Span.Slice(row * columns * sizeof(float), sizeof(float)).CopyTo(data.AsSpan(row * sizeof(float)));
        }
        return weight with { Dims = [.. weight.Dims.Take(weight.Dims.Count - 1), 1], Data = data };
    }

    private static ModelToolsException NotCenternet(TfjsModel model) =>
        new($"{model.File}: not a centernet detector whose graph decodes the boxes", "convert it without the person-only option");
}
