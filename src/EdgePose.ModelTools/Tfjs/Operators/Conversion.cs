using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Tfjs.Reading;

namespace EdgePose.ModelTools.Tfjs.Operators;

/// <summary>State of one conversion: the graph being written and which ONNX value each TensorFlow tensor has become.</summary>
internal sealed class Conversion(TfjsModel model, GraphBuilder graph)
{
    private readonly Dictionary<TensorRef, string> _values = [];
    private readonly Dictionary<string, TfjsNode> _aliases = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Weight, string Form), string> _forms = [];
    private readonly Dictionary<string, string> _channelsFirst = new(StringComparer.Ordinal);

    public GraphBuilder Graph { get; } = graph;

    /// <summary>The ONNX value of a node's input.</summary>
    public string Value(TfjsNode node, int input) =>
        input < node.Inputs.Count
            ? Value(node.Inputs[input], node)
            : throw node.Error($"it has {node.Inputs.Count} inputs, {input + 1} are needed");

    public string Value(TensorRef tensor, TfjsNode? user = null)
    {
        if (_values.TryGetValue(tensor, out var value)) { return value; }
        if (tensor.Index == 0 && model.Weights.TryGetValue(tensor.Node, out var weight) && model.Nodes[tensor.Node].Op == "Const")
        {
            return _values[tensor] = Graph.Constant(weight.Name, weight.ToTensor());
        }
        var problem = $"'{tensor}' does not exist";
        throw user?.Error(problem) ?? new ModelToolsException($"{model.File}: {problem}");
    }

    /// <summary>All inputs in order.</summary>
    public string[] Values(TfjsNode node) => [.. Enumerable.Range(0, node.Inputs.Count).Select(i => Value(node, i))];

    /// <summary>Declares what the node's outputs have become.</summary>
    public void Bind(TfjsNode node, params ReadOnlySpan<string> values)
    {
        for (var k = 0; k < values.Length; k++) { _values[new TensorRef(node.Name, k)] = values[k]; }
    }

    /// <summary>The node passes its inputs on unchanged.</summary>
    public void Alias(TfjsNode node)
    {
        Bind(node, Values(node));
        _aliases[node.Name] = node;
    }

    /// <summary>The constant behind an input, also through Identity nodes, or null.</summary>
    public TfjsWeight? TryConstant(TfjsNode node, int input)
    {
        if (input >= node.Inputs.Count) { return null; }
        var tensor = node.Inputs[input];
        while (_aliases.TryGetValue(tensor.Node, out var alias) && tensor.Index < alias.Inputs.Count)
        {
            tensor = alias.Inputs[tensor.Index];
        }
        return tensor.Index == 0 && model.Nodes[tensor.Node].Op == "Const" ? model.Weights[tensor.Node] : null;
    }

    /// <summary>The constant behind an input that ONNX (or this converter) needs to know beforehand.</summary>
    public TfjsWeight Constant(TfjsNode node, int input, string what) =>
        TryConstant(node, input) ?? throw node.Error($"its {what} (input {input}) is not a constant");

    public int[] ConstantInts(TfjsNode node, int input, string what)
    {
        var weight = Constant(node, input, what);
        return weight.Type == ElementType.Int32 ? weight.Ints.ToArray() : throw node.Error($"its {what} (input {input}) is not int32");
    }

    public int ConstantInt(TfjsNode node, int input, string what) =>
        ConstantInts(node, input, what) is [var value] ? value : throw node.Error($"its {what} (input {input}) is not a single number");

    /// <summary>A float constant of the given rank.</summary>
    public TfjsWeight ConstantFloats(TfjsNode node, int input, int rank, string what)
    {
        var weight = Constant(node, input, what);
        return weight.Type == ElementType.Float && weight.Dims.Count == rank
            ? weight
            : throw node.Error($"its {what} is {weight.Type} [{string.Join(',', weight.Dims)}], a float tensor of rank {rank} is needed");
    }

    /// <summary>An input as int64, which ONNX demands for shapes, indices and repeats.</summary>
    public string Int64(TfjsNode node, int input)
    {
        if (TryConstant(node, input) is not { Type: ElementType.Int32 } weight)
        {
            return Graph.Node("Cast", $"{node.Name}/int64_{input}", [Value(node, input)], NodeAttribute.Int("to", (long)ElementType.Int64));
        }
        var values = new long[weight.Count];
        for (var i = 0; i < values.Length; i++) { values[i] = weight.Ints[i]; }
        return Graph.Constant($"{weight.Name}/int64", TensorData.Int64s(weight.Dims, values));
    }

    /// <summary>A rewritten form of a constant (transposed, say), made once however many nodes use it.</summary>
    public string Form(TfjsWeight weight, string form, Func<TensorProto> make)
    {
        if (_forms.TryGetValue((weight.Name, form), out var value)) { return value; }
        return _forms[(weight.Name, form)] = Graph.Constant($"{weight.Name}/{form}", make());
    }

    /// <summary>
    /// A value in ONNX's channel order. TensorFlow's values keep their own order (NHWC); a value that came from a convolution is taken from
    /// before its closing transpose, so that chains of convolutions stay in NCHW.
    /// </summary>
    public string ChannelsFirst(string value)
    {
        if (_channelsFirst.TryGetValue(value, out var first)) { return first; }
        return _channelsFirst[value] = Graph.Node("Transpose", $"{value}/nchw", [value], NodeAttribute.Ints("perm", 0, 3, 1, 2));
    }

    /// <summary>Back to TensorFlow's order, as output 0 of <paramref name="node"/>.</summary>
    public void BindChannelsLast(TfjsNode node, string first)
    {
        var last = Graph.Node("Transpose", node.Name, [first], NodeAttribute.Ints("perm", 0, 2, 3, 1));
        _channelsFirst[last] = first;
        Bind(node, last);
    }
}
