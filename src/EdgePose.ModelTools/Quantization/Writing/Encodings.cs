using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.ModelTools.Quantization.Numbers;
using EdgePose.ModelTools.Quantization.Rules;

namespace EdgePose.ModelTools.Quantization.Writing;

/// <summary>Which codes each value gets. Values that are only moved share the codes of their source.</summary>
internal sealed class Encodings
{
    private readonly GraphView _view;
    private readonly QuantizationPlan _plan;
    private readonly TargetRules _rules;
    private readonly Func<string, IntegerType, ValueRange> _calibrated;
    private readonly IntegerType _narrow;
    private readonly Dictionary<string, string> _ranges = new(StringComparer.Ordinal);

    /// <param name="view">The prepared graph.</param>
    /// <param name="plan">What is quantized.</param>
    /// <param name="rules">The target's.</param>
    /// <param name="narrow">Type of activations that need no 16 bits.</param>
    /// <param name="calibrated">Range that calibration found for a value.</param>
    public Encodings(GraphView view, QuantizationPlan plan, TargetRules rules, IntegerType narrow, Func<string, IntegerType, ValueRange> calibrated)
    {
        (_view, _plan, _rules, _narrow, _calibrated) = (view, plan, rules, narrow, calibrated);
        foreach (var node in view.Graph.Node.Where(plan.IsQuantized)) { Share(node); }
    }

    public IntegerType TypeOf(Precision precision) => precision == Precision.Wide ? IntegerType.UInt16 : _narrow;

    /// <summary>Codes of a computed value.</summary>
    public QuantParams Of(string value, IntegerType type)
    {
        var source = Source(value);
        if (type == IntegerType.UInt16 && !_rules.Symmetric)
        {
            // Their outputs fill known ranges; QNN demands exactly these codes.
            if (_view.Producer(source)?.Is("Sigmoid") == true) { return new QuantParams(type, 1f / 65536, 0); }
            if (_view.Producer(source)?.Is("Tanh") == true) { return new QuantParams(type, 1f / 32768, 32768); }
        }
        var range = _view.Producer(source)?.Is("Softmax") == true ? new ValueRange(0, 1) : _calibrated(source, type);
        return QuantParams.Of(range, type, _rules.Symmetric, minimumWidth: _rules.MinimumWidth);
    }

    /// <summary>Codes of a constant that is used like a computed value.</summary>
    public QuantParams OfConstant(ReadOnlySpan<float> values, IntegerType type) =>
        QuantParams.Of(ValueRange.Of(values), type, _rules.Symmetric, minimumWidth: _rules.MinimumWidth);

    /// <summary>The value whose calibrated range counts for this one.</summary>
    private string Source(string value)
    {
        // A chain of moves, limits and joins; each step leads to another node, so it ends.
        value = QuantizationPlan.Source(_view, value);
        while (_ranges.TryGetValue(value, out var next)) { value = QuantizationPlan.Source(_view, next); }
        return value;
    }

    private void Share(NodeProto node)
    {
        if (_plan.IsRemoved(node))
        {
            // What the limited value needs is what the unlimited one gets.
            _ranges[node.Input[0]] = node.Output[0];
            return;
        }
        // A part that only goes into a Concat is best written in the codes of the whole: one rounding less, and joining becomes copying.
        if (!node.Is("Concat") || _rules.PairsAtInputs) { return; }
        foreach (var input in node.Input.Where(i => _view.Constant(i) is null && _view.OnlyConsumer(i) == node && !_ranges.ContainsKey(i)))
        {
            if (_view.Producer(input) is { } producer && _plan.IsQuantized(producer) && !producer.IsMoving() && _plan.Of(producer) == _plan.Of(node)) { _ranges[input] = node.Output[0]; }
        }
    }
}
