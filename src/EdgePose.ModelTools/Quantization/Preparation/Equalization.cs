using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.ModelTools.Quantization.Numbers;

namespace EdgePose.ModelTools.Quantization.Preparation;

/// <summary>
/// Evens out the ranges of channels. One scale serves a whole value, so a channel a hundred times smaller than another is left with two
/// codes. Between convolutions with nothing but linear or positively homogeneous operators, a channel can be divided by a factor where it is
/// made and multiplied where it is used: the network stays the same (Nagel et al., arXiv:1906.04721; the factors come from measured
/// activations as in Xiao et al., arXiv:2211.10438). Sums tie channels together: a residual stage has one factor for each channel.
/// </summary>
internal sealed class Equalization
{
    /// <summary>Operators through which a positive factor of a channel passes. The first input is data.</summary>
    private static readonly HashSet<string> Homogeneous = ["Relu", "LeakyRelu", "MaxPool", "AveragePool", "GlobalAveragePool", "Resize", "PRelu"];

    /// <summary>A channel that is dead in the pictures at hand may live in others: factors stay within this of the value's largest.</summary>
    private const float Smallest = 1e-3f;

    /// <summary>
    /// Steps between the smallest and the largest code. Zero has a code, so none lies in the middle: a range around 0 reaches half a step
    /// further down than up. Offsets that heed it let a value that only passes by keep its codes.
    /// </summary>
    private const float Codes = 255;

    private readonly GraphView _view;
    private readonly TensorFacts _facts;
    private readonly Dictionary<string, int> _first = new(StringComparer.Ordinal);
    private readonly List<int> _parent = [];
    private readonly HashSet<int> _blocked = [];

    public Equalization(GraphView view, TensorFacts facts)
    {
        (_view, _facts) = (view, facts);
        foreach (var node in view.Graph.Node) { Link(node); }
        foreach (var name in view.Graph.Input.Select(i => i.Name).Concat(view.Graph.Output.Select(o => o.Name))) { Block(name); }
        foreach (var name in _first.Keys.Where(view.IsCaptured)) { Block(name); }
    }

    /// <summary>
    /// Values whose channels' ranges <see cref="Apply"/> wants to know. What only goes into a ReLU is never coded itself: how negative it
    /// gets does not matter.
    /// </summary>
    public IReadOnlyList<string> Wanted => [.. _first.Keys.Where(v => _view.OnlyConsumer(v)?.Is("Relu") != true && Enumerable.Range(0, Channels(v)).Any(c => IsFree(v, c)))];

    /// <summary>Changes weights and biases of the graph.</summary>
    /// <param name="ranges">Range of each channel, by value.</param>
    /// <returns>Number of values that were changed.</returns>
    public int Apply(IReadOnlyDictionary<string, ValueRange[]> ranges)
    {
        var (factors, centres) = (new Dictionary<int, float>(), new Dictionary<string, float[]>(StringComparer.Ordinal));
        foreach (var (value, channels) in ranges.Where(r => Array.TrueForAll(r.Value, c => c.IsFinite)))
        {
            if (CanShift(value)) { centres[value] = [.. channels.Select(c => (c.Min + c.Max + ((c.Max - c.Min) / Codes)) / 2)]; }
            AddFactors(factors, value, [.. channels.Select(c => CanShift(value) ? (c.Max - c.Min) / 2 : Math.Max(Math.Abs(c.Min), Math.Abs(c.Max)))]);
        }
        if (factors.Count == 0) { return 0; }
        foreach (var node in _view.Graph.Node.Where(n => IsConvolution(n))) { Rewrite(node, factors, centres); }
        GraphEdit.RemoveDead(_view.Graph);
        return Wanted.Count;
    }

    private void AddFactors(Dictionary<int, float> factors, string value, float[] sizes)
    {
        var floor = Math.Max(sizes.Max() * Smallest, float.Epsilon);
        for (var c = 0; c < sizes.Length && c < Channels(value); c++)
        {
            if (!IsFree(value, c) || sizes.Max() <= 0) { continue; }
            var root = Root(value, c);
            factors[root] = Math.Max(factors.GetValueOrDefault(root), Math.Max(sizes[c], floor));
        }
    }

    /// <summary>
    /// True for what one convolution makes and only others without padding use: an offset of a channel goes into the biases on both sides.
    /// At a border, padding would put zeros where the offset belongs.
    /// </summary>
    private bool CanShift(string value) => _view.Producer(value) is { } producer && producer.Is("Conv") && IsConvolution(producer)
        && !_view.IsOutput(value) && !_view.IsCaptured(value) && _view.Consumers(value).Count > 0 && _view.Consumers(value).All(n =>
            n.Is("Conv") && IsConvolution(n) && n.Input[0] == value && n.Text("auto_pad", "NOTSET") == "NOTSET" && n.Ints("pads", 0, 0, 0, 0).All(p => p == 0));

    private void Rewrite(NodeProto node, Dictionary<int, float> factors, Dictionary<string, float[]> centres)
    {
        var tensor = _view.FloatConstant(node, 1)!;
        var weights = TensorData.ToFloats(tensor);
        var groups = (int)node.Int("group", 1);
        var (rows, columns) = ((int)tensor.Dims[0], (int)tensor.Dims[1]);
        var kernel = weights.Length / rows / columns;
        var given = _view.FloatConstant(node, 2) is { } bias ? TensorData.ToFloats(bias) : null;
        var (before, after) = (centres.GetValueOrDefault(node.Input[0]), centres.GetValueOrDefault(node.Output[0]));
        var offsets = new double[Channels(node.Output[0])];
        for (var i = 0; i < weights.Length; i++)
        {
            var (row, column) = (i / kernel / columns, i / kernel % columns);
            var across = (row / (rows / groups) * columns) + column;
            var (input, output) = node.OpType == "Conv" ? (across, row) : (row, across);
            if (before is not null) { offsets[output] += (double)weights[i] * before[input]; }
            weights[i] *= Factor(factors, node.Input[0], input) / Factor(factors, node.Output[0], output);
        }
        var graph = _view.Graph;
        node.Input[1] = graph.AddConstant($"{node.Name}:equalized_weight", TensorData.Floats(tensor.Dims, weights));
        if (given is null && before is null && after is null) { return; }
        for (var c = 0; c < offsets.Length; c++) { offsets[c] = (offsets[c] + (given?[c] ?? 0) - (after?[c] ?? 0)) / Factor(factors, node.Output[0], c); }
        while (node.Input.Count < 3) { node.Input.Add(""); }
        node.Input[2] = graph.AddConstant($"{node.Name}:equalized_bias", TensorData.Floats([offsets.Length], [.. offsets.Select(o => (float)o)]));
    }

    private float Factor(Dictionary<int, float> factors, string value, int channel) =>
        _first.ContainsKey(value) && channel < Channels(value) && IsFree(value, channel) ? factors.GetValueOrDefault(Root(value, channel), 1) : 1;

    private void Link(NodeProto node)
    {
        if (IsConvolution(node))
        {
            // Made and used here with weights that can take the factor.
            Enter(node.Input[0]);
            Enter(node.Output[0]);
            return;
        }
        var inputs = node.Input.Where(i => i.Length > 0 && _view.Constant(i) is null).ToList();
        if (node.Is("Add") && inputs.Count == 2 && SameChannels([.. inputs, node.Output[0]])) { Join(inputs[0], 0, inputs[1]); Join(inputs[0], 0, node.Output[0]); }
        else if (Homogeneous.Contains(node.OpType) && inputs.Count == 1 && SameChannels([inputs[0], node.Output[0]])) { Join(inputs[0], 0, node.Output[0]); }
        else if (node.Is("Concat") && inputs.Count == node.Input.Count && node.Int("axis", 0) == 1 && inputs.TrueForAll(i => Channels(i) > 0))
        {
            var offset = 0;
            foreach (var input in inputs)
            {
                Join(node.Output[0], offset, input);
                offset += Channels(input);
            }
        }
        else
        {
            foreach (var value in inputs.Concat(node.Output)) { Block(value); }
        }
    }

    private bool IsConvolution(NodeProto node) => (node.Is("Conv") || node.Is("ConvTranspose")) && _view.FloatConstant(node, 1) is not null
        && (node.InputOrNone(2).Length == 0 || _view.FloatConstant(node, 2) is not null) && Channels(node.Input[0]) > 0 && Channels(node.Output[0]) > 0;

    private bool SameChannels(IReadOnlyList<string> values) => values.All(v => Channels(v) > 0 && Channels(v) == Channels(values[0]));

    /// <summary>Channels of a [n,C,h,w] value; 0 for anything else.</summary>
    private int Channels(string value) => _facts.IsFloat(value) && _facts.Shape(value) is { Length: 4 } shape ? (int)shape[1] : 0;

    private int Enter(string value)
    {
        if (_first.TryGetValue(value, out var first)) { return first; }
        _first[value] = first = _parent.Count;
        for (var c = 0; c < Channels(value); c++) { _parent.Add(_parent.Count); }
        return first;
    }

    /// <summary>Ties the channels of <paramref name="part"/> to those of <paramref name="whole"/> from <paramref name="offset"/> on.</summary>
    private void Join(string whole, int offset, string part)
    {
        var (a, b) = (Enter(whole), Enter(part));
        for (var c = 0; c < Channels(part); c++)
        {
            var (x, y) = (Find(a + offset + c), Find(b + c));
            if (x == y) { continue; }
            _parent[y] = x;
            if (_blocked.Contains(y)) { _blocked.Add(x); }
        }
    }

    private void Block(string value)
    {
        if (value.Length == 0 || Channels(value) == 0) { return; }
        var first = Enter(value);
        for (var c = 0; c < Channels(value); c++) { _blocked.Add(Find(first + c)); }
    }

    private bool IsFree(string value, int channel) => !_blocked.Contains(Root(value, channel));

    private int Root(string value, int channel) => Find(_first[value] + channel);

    private int Find(int element)
    {
        while (_parent[element] != element) { element = _parent[element] = _parent[_parent[element]]; }
        return element;
    }
}
