using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.ModelTools.Quantization.Numbers;
using EdgePose.ModelTools.Quantization.Rules;

namespace EdgePose.ModelTools.Quantization.Writing;

/// <summary>
/// Writes the quantized graph. A quantized node's outputs are followed by QuantizeLinear and DequantizeLinear, and all users read what
/// comes out; values of float nodes get a pair for their quantized users only. Names follow
/// microsoft/onnxruntime:onnxruntime/python/tools/quantization/qdq_quantizer.py, so that other tools find their way.
/// </summary>
internal sealed class QdqWriter
{
    private readonly GraphView _view;
    private readonly QuantizationPlan _plan;
    private readonly TargetRules _rules;
    private readonly Encodings _encodings;
    private readonly QdqGraph _graph;
    private readonly WeightWriter _weights;
    private readonly Dictionary<string, string> _codes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Value, IntegerType Type), string> _values = [];
    private readonly Dictionary<string, string> _aliases = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _raw = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _pairs = new(StringComparer.Ordinal);

    public QdqWriter(GraphView view, QuantizationPlan plan, TargetRules rules, Encodings encodings, QdqGraph graph, WeightWriter weights)
    {
        (_view, _plan, _rules, _encodings, _graph, _weights) = (view, plan, rules, encodings, graph, weights);
        _graph.Reserve(view.Graph.Node.SelectMany(n => n.Output.Concat(n.Input).Append(n.Name)));
        _graph.Reserve(view.Graph.Initializer.Select(t => t.Name).Concat(view.Graph.Input.Select(i => i.Name)));
    }

    public void Write()
    {
        foreach (var node in _view.Graph.Node)
        {
            if (_plan.IsRemoved(node))
            {
                _aliases[node.Output[0]] = Original(node.Input[0]);
                continue;
            }
            var copy = node.Clone();
            ConnectInputs(copy, node);
            for (var i = 0; i < copy.Output.Count; i++)
            {
                if (IsCoded(node.Output[i]) && _view.IsOutput(node.Output[i])) { copy.Output[i] = _raw[node.Output[i]] = _graph.Free($"{node.Output[i]}_QuantizeLinear_Input"); }
            }
            _graph.Nodes.Add(copy);
            foreach (var output in node.Output.Where(IsCoded)) { Value(output, TypeOf(node)); }
        }
    }

    private void ConnectInputs(NodeProto copy, NodeProto node)
    {
        var quantized = _plan.IsQuantized(node);
        var data = node.DataInputs().ToHashSet();
        if (_rules.PairsAtInputs) { data.ExceptWith(FusedInput(node)); }
        for (var i = 0; i < copy.Input.Count; i++)
        {
            var value = Original(node.Input[i]);
            if (value.Length == 0) { continue; }
            if (_view.Constant(value) is { } constant)
            {
                if (quantized && data.Contains(i) && !(node.IsHeavy() && i == 1)) { copy.Input[i] = Constant(constant, node); }
            }
            else if (quantized && data.Contains(i)) { copy.Input[i] = _rules.PairsAtInputs ? Pair(value, TypeOf(node)) : Value(value, TypeOf(node)); }
            // Shapes are the same before the values are restored, which then need not be.
            else if (IsCoded(value)) { copy.Input[i] = node.Is("Shape") ? _codes[value] : Value(value, CodedType(value)); }
        }
        if (!quantized || !node.IsHeavy()) { return; }
        var input = Original(node.Input[0]);
        _weights.Write(copy, node, _view.Constant(input) is null ? _encodings.Of(input, TypeOf(node)).Scale : 1);
    }

    /// <summary>
    /// The input that a multiplying node makes for this node alone, the newest where there are several: the target runs both as one, with
    /// nothing to quantize in between. Of a residual sum that leaves the shortcut.
    /// </summary>
    private IEnumerable<int> FusedInput(NodeProto node) => node.IsHeavy() ? [] : node.DataInputs()
        .Where(i => _view.Producer(node.Input[i])?.IsHeavy() == true && _view.OnlyConsumer(node.Input[i]) == node)
        .OrderByDescending(i => _view.Graph.Node.IndexOf(_view.Producer(node.Input[i]))).Take(1);

    /// <summary>The value that stands for one whose activation was removed.</summary>
    private string Original(string value) => _aliases.GetValueOrDefault(value, value);

    /// <summary>True for what a quantized node makes: all its users read the restored values.</summary>
    private bool IsCoded(string value) => !_rules.PairsAtInputs && value.Length > 0 && _view.Producer(value) is { } producer && _plan.IsQuantized(producer)
        && !_plan.IsRemoved(producer);

    private IntegerType TypeOf(NodeProto node) => _encodings.TypeOf(_plan.Of(node));

    private IntegerType CodedType(string value) => TypeOf(_view.Producer(value)!);

    /// <summary>The value after a pair of the type; written at its first use.</summary>
    private string Value(string value, IntegerType type)
    {
        if (_values.TryGetValue((value, type), out var known)) { return known; }
        var coded = IsCoded(value);
        // A value that has codes already is converted: restored first, then coded anew.
        var converted = (coded && CodedType(value) != type) || (!coded && _codes.ContainsKey(value));
        var from = coded && converted ? Value(value, CodedType(value)) : _raw.GetValueOrDefault(value, value);
        var stem = converted ? $"{value}_{type}" : value;
        var parameters = _encodings.Of(value, type);
        var codes = _graph.Quantize(from, parameters, stem, _graph.Free($"{stem}_QuantizeLinear_Output"));
        _codes.TryAdd(value, codes);
        var output = coded && !converted && _view.IsOutput(value) ? value : _graph.Free($"{stem}_DequantizeLinear_Output");
        return _values[(value, type)] = _graph.Dequantize(codes, parameters, stem, output);
    }

    /// <summary>A pair for one use only.</summary>
    private string Pair(string value, IntegerType type)
    {
        var k = _pairs[value] = _pairs.GetValueOrDefault(value) + 1;
        var parameters = _encodings.Of(value, type);
        var stem = $"{value}_{k}";
        var codes = _graph.Quantize(value, parameters, stem, _graph.Free($"{value}_QuantizeLinear_Output_{k}"));
        return _graph.Dequantize(codes, parameters, stem, _graph.Free($"{value}_DequantizeLinear_Output_{k}"));
    }

    /// <summary>A constant that takes part like a computed value, such as the summand of an Add.</summary>
    private string Constant(TensorProto tensor, NodeProto node)
    {
        var type = TypeOf(node);
        if (_values.TryGetValue((tensor.Name, type), out var known)) { return known; }
        var values = TensorData.ToFloats(tensor);
        var parameters = _encodings.OfConstant(values, type);
        if (_rules.PairsAtInputs)
        {
            var stem = _graph.Free(tensor.Name + "_coded");
            return _values[(tensor.Name, type)] = _graph.Paired(stem, tensor.Name, [parameters.Scale], axis: -1);
        }
        var codes = TensorData.Raw(type.Element(), tensor.Dims, type.Pack([.. values.Select(parameters.Quantize)]));
        var name = _values.Keys.Any(k => k.Value == tensor.Name) ? $"{tensor.Name}_{type}" : tensor.Name;
        return _values[(tensor.Name, type)] = _graph.Stored(name, codes, [parameters.Scale], -1, parameters.ZeroPoint, type);
    }
}
