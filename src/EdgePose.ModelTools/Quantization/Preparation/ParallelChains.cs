using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;

namespace EdgePose.ModelTools.Quantization.Preparation;

/// <summary>
/// Two chains of convolutions and ReLUs that work beside one another on the two parts of a Split and end in one Concat; the shorter one may
/// be empty. They become one chain whose filters see the channels of one part each.
/// </summary>
internal sealed class ParallelChains
{
    private readonly GraphView _view;
    private readonly NodeProto _split;
    private readonly List<NodeProto> _longer, _shorter;
    private readonly bool _longerIsFirst, _longerJoinsFirst;
    private readonly int _passing;

    private ParallelChains(GraphView view, NodeProto split, NodeProto join, List<NodeProto> longer, List<NodeProto> shorter, bool longerIsFirst, bool longerJoinsFirst, int passing)
    {
        (_view, _split, Join, _longer, _shorter, _longerIsFirst, _longerJoinsFirst, _passing) = (view, split, join, longer, shorter, longerIsFirst, longerJoinsFirst, passing);
    }

    /// <summary>The Concat of both.</summary>
    public NodeProto Join { get; }

    /// <summary>Nodes of the shorter chain; they are not needed after <see cref="Merge"/>.</summary>
    public IReadOnlyList<NodeProto> Shorter => _shorter;

    /// <summary>Channels behind <see cref="Join"/>.</summary>
    public int Channels => Outputs(_longer.FindLast(n => n.IsConvolution())!) + PassedOutputs(_longer.Count - 1);

    /// <summary>The chains behind a Split; null where they are none, or cannot be one.</summary>
    public static ParallelChains? Read(GraphView view, NodeProto split)
    {
        if (split.Output.Count != 2 || split.Int("axis", 0) != 1 || split.Output.Any(view.IsOutput)) { return null; }
        var (first, second) = (Chain(view, split.Output[0]), Chain(view, split.Output[1]));
        if (first is not { } a || second is not { } b || a.Join != b.Join || a.Join.Input.Count != 2 || a.Join.Int("axis", 0) != 1) { return null; }
        var firstIsLonger = a.Nodes.Count > b.Nodes.Count;
        var (longer, shorter) = firstIsLonger ? (a, b) : (b, a);
        if (Sizes(view, split) is not { } sizes || longer.Nodes.Count == 0) { return null; }
        var chains = new ParallelChains(view, split, a.Join, longer.Nodes, shorter.Nodes, firstIsLonger, a.Join.Input[0] == longer.End, sizes[firstIsLonger ? 1 : 0]);
        return chains.Fits(sizes[firstIsLonger ? 0 : 1]) ? chains : null;
    }

    /// <summary>Makes the longer chain do the work of both.</summary>
    /// <param name="order">Place of each channel of <see cref="Join"/> in the result.</param>
    /// <param name="output">Name of the result.</param>
    public void Merge(int[] order, string output)
    {
        var lastConvolution = _longer.FindLastIndex(n => n.IsConvolution());
        // All numbers are taken before the first node changes.
        var steps = _longer.Select((node, i) => (Node: node, Index: i)).Where(s => s.Node.IsConvolution())
            .Select(s => (s.Node, Made: Step(s.Index, s.Index == lastConvolution ? order : null))).ToList();
        foreach (var (node, step) in steps)
        {
            node.Input[1] = _view.Graph.AddConstant($"{node.Name}:both_weight", step.Weight);
            var bias = _view.Graph.AddConstant($"{node.Name}:both_bias", step.Bias);
            if (node.Input.Count > 2) { node.Input[2] = bias; } else { node.Input.Add(bias); }
            if (step.Groups > 1) { node.Set(NodeAttribute.Int("group", step.Groups)); }
        }
        _longer[0].Input[0] = _split.Input[0];
        _longer[^1].Output[0] = output;
    }

    private static (List<NodeProto> Nodes, NodeProto Join, string End)? Chain(GraphView view, string value)
    {
        var nodes = new List<NodeProto>();
        while (view.OnlyConsumer(value) is { } node)
        {
            if (node.Is("Concat")) { return (nodes, node, value); }
            if (!node.Is("Relu") && !IsPlain(view, node) && !(node.IsDepthwise(view) && HasPlainBias(view, node))) { return null; }
            nodes.Add(node);
            value = node.Output[0];
        }
        return null;
    }

    private static int[]? Sizes(GraphView view, NodeProto split) =>
        view.Constant(split.InputOrNone(1)) is { } tensor && TensorData.ToInt64s(tensor) is [var a, var b] ? [(int)a, (int)b] : null;

    private bool Fits(int worked)
    {
        var (first, last, offset) = (_longer[0], _longer.FindLast(n => n.IsConvolution()), _longer.Count - _shorter.Count);
        if (last is null || !IsPlain(_view, first) || !IsPlain(_view, last) || Inputs(first) != worked) { return false; }
        var clean = IsNonNegative(_split.Input[0]);
        for (var i = 0; i < _longer.Count; i++)
        {
            var node = _longer[i];
            var fits = i >= offset ? Alike(node, _shorter[i - offset]) : node.Is("Relu") ? clean : IsPlain(_view, node) || KeepsSize(node);
            if (!fits) { return false; }
        }
        return true;
    }

    /// <summary>The weights and biases of one step for both parts.</summary>
    private (TensorProto Weight, TensorProto Bias, int Groups) Step(int index, int[]? order)
    {
        var node = _longer[index];
        var twin = index >= _longer.Count - _shorter.Count ? _shorter[index - (_longer.Count - _shorter.Count)] : null;
        var (outputs, passed) = (Outputs(node), PassedOutputs(index));
        int Row(bool own, int row) => order is null ? (own ? row : outputs + row) : order[own == _longerJoinsFirst ? row : row + (_longerJoinsFirst ? outputs : passed)];
        var bias = new float[outputs + passed];
        Spread(_view.FloatConstant(node, 2), row => bias.AsSpan(Row(true, row)));
        if (twin is not null) { Spread(_view.FloatConstant(twin, 2), row => bias.AsSpan(Row(false, row))); }
        var tensor = _view.FloatConstant(node, 1)!;
        var depthwise = node.IsDepthwise(_view);
        var (kernel, inputs, other) = ((int)ElementTypes.Count(tensor.Dims.Skip(2)), Inputs(node), PassedInputs(index));
        var columns = depthwise ? 1 : inputs + other;
        var weights = new float[(outputs + passed) * columns * kernel];
        // Only the first step sees the parts in the order of the split.
        var (ownColumn, otherColumn) = depthwise ? (0, 0) : index == 0 && !_longerIsFirst ? (other, 0) : (0, inputs);
        Spread(tensor, row => weights.AsSpan((Row(true, row) * columns + ownColumn) * kernel), outputs);
        if (twin is not null) { Spread(_view.FloatConstant(twin, 1), row => weights.AsSpan((Row(false, row) * columns + otherColumn) * kernel), passed); }
        else { for (var row = 0; row < passed; row++) { weights[((Row(false, row) * columns + otherColumn + (depthwise ? 0 : row)) * kernel) + kernel / 2] = 1; } }
        long[] dims = [outputs + passed, columns, .. tensor.Dims.Skip(2)];
        return (TensorData.Floats(dims, weights), TensorData.Floats([outputs + passed], bias), depthwise ? outputs + passed : 1);
    }

    /// <summary>Copies a constant row by row.</summary>
    private delegate Span<float> RowTarget(int row);

    private static void Spread(TensorProto? tensor, RowTarget target, int rows = 0)
    {
        if (tensor is null) { return; }
        var values = TensorData.ToFloats(tensor);
        var size = rows == 0 ? 1 : values.Length / rows;
        for (var row = 0; row < values.Length / size; row++) { values.AsSpan(row * size, size).CopyTo(target(row)); }
    }

    /// <summary>Channels of the other part behind a step.</summary>
    private int PassedOutputs(int index)
    {
        var offset = _longer.Count - _shorter.Count;
        var convolution = index < offset ? null : _shorter.Take(index - offset + 1).LastOrDefault(n => n.IsConvolution());
        return convolution is null ? _passing : Outputs(convolution);
    }

    private int PassedInputs(int index) => index == 0 ? _passing : PassedOutputs(index - 1);

    private int Outputs(NodeProto convolution) => (int)_view.FloatConstant(convolution, 1)!.Dims[0];

    private int Inputs(NodeProto convolution) => (int)_view.FloatConstant(convolution, 1)!.Dims[1];

    private bool Alike(NodeProto a, NodeProto b)
    {
        if (a.OpType != b.OpType || a.IsConvolution() != b.IsConvolution()) { return false; }
        if (!a.IsConvolution()) { return true; }
        var (v, w) = (_view.FloatConstant(a, 1)!, _view.FloatConstant(b, 1)!);
        return a.IsDepthwise(_view) == b.IsDepthwise(_view) && v.Dims.Skip(2).SequenceEqual(w.Dims.Skip(2))
            && a.Text("auto_pad", "NOTSET") == b.Text("auto_pad", "NOTSET")
            && ((string[])["strides", "pads", "dilations"]).All(name => a.Ints(name, Plain(name)).SequenceEqual(b.Ints(name, Plain(name))));
    }

    private static long[] Plain(string attribute) => attribute == "pads" ? [0, 0, 0, 0] : [1, 1];

    /// <summary>A depth-wise convolution whose filter with nothing but a one in the middle changes nothing.</summary>
    private bool KeepsSize(NodeProto node)
    {
        if (!node.IsDepthwise(_view) || node.Text("auto_pad", "NOTSET") != "NOTSET" || node.Ints("strides", 1, 1).Any(s => s != 1)) { return false; }
        var (kernel, dilations, pads) = (_view.FloatConstant(node, 1)!.Dims.Skip(2).ToArray(), node.Ints("dilations", 1, 1), node.Ints("pads", 0, 0, 0, 0));
        return kernel.Length == 2 && Enumerable.Range(0, 2).All(a => kernel[a] % 2 == 1 && pads[a] == dilations[a] * (kernel[a] / 2) && pads[a + 2] == pads[a]);
    }

    private bool IsNonNegative(string value) => _view.Producer(value) is { } node && (node.Is("Relu") || node.Is("Sigmoid") || node.Is("Softmax")
        || (node.IsMoving() && node.Text("mode", "nearest") != "cubic" && IsNonNegative(node.Input[0])) || (node.Is("Concat") && node.Input.All(IsNonNegative)));

    private static bool IsPlain(GraphView view, NodeProto node) => node.IsPointwise(view)
        && node.Ints("strides", 1, 1).All(s => s == 1) && node.Ints("pads", 0, 0, 0, 0).All(p => p == 0) && HasPlainBias(view, node);

    private static bool HasPlainBias(GraphView view, NodeProto node) => node.InputOrNone(2).Length == 0 || view.FloatConstant(node, 2) is not null;
}
