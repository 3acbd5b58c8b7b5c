using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;

namespace EdgePose.ModelTools.Quantization.Rules;

/// <summary>Which nodes of a graph are quantized, and which activations are left out because quantizing their input does their work.</summary>
internal sealed class QuantizationPlan
{
    private readonly GraphView _view;
    private readonly TensorFacts _facts;
    private readonly TargetRules _rules;
    private readonly Func<NodeProto, bool> _kept;
    private readonly Dictionary<NodeProto, Precision> _precision = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<NodeProto> _removed = new(ReferenceEqualityComparer.Instance);

    /// <param name="view">The prepared graph.</param>
    /// <param name="facts">Shapes and types.</param>
    /// <param name="rules">The target's.</param>
    /// <param name="kept">Nodes that stay in float, or get 16 bits where the target has them.</param>
    public QuantizationPlan(GraphView view, TensorFacts facts, TargetRules rules, Func<NodeProto, bool> kept)
    {
        (_view, _facts, _rules, _kept) = (view, facts, rules, kept);
        foreach (var node in view.Graph.Node) { Decide(node); }
    }

    public int RemovedActivations => _removed.Count;

    public Precision Of(NodeProto node) => _precision.GetValueOrDefault(node);

    public bool IsQuantized(NodeProto node) => Of(node) != Precision.Float;

    public bool IsRemoved(NodeProto node) => _removed.Contains(node);

    /// <summary>True when the operator could be quantized for the target, whatever the exclusions are.</summary>
    public static bool IsCandidate(NodeProto node, GraphView view, TensorFacts facts, TargetRules rules)
    {
        if (node.Domain is not ("" or "ai.onnx") || !rules.Operators.Contains(node.OpType)) { return false; }
        var data = node.DataInputs().ToList();
        var computed = data.Where(i => view.Constant(node.Input[i]) is null).ToList();
        if (computed.Count == 0 || !data.TrueForAll(i => facts.IsFloat(node.Input[i])) || !node.Output.Where(o => o.Length > 0).All(facts.IsFloat)) { return false; }
        if (node.IsMoving()) { return true; }
        if (node.OpType == "Resize") { return false; }
        // A kernel that is computed at run time has no scales of its own channels, a computed bias no units.
        var bias = node.OpType is "Conv" or "ConvTranspose" or "Gemm" ? node.InputOrNone(2) : "";
        return (!node.IsConvolution() || view.FloatConstant(node, 1) is not null) && (bias.Length == 0 || view.Constant(bias) is not null);
    }

    private void Decide(NodeProto node)
    {
        if (IsReplaceable(node))
        {
            _removed.Add(node);
            _precision[node] = Of(_view.Producer(node.Input[0])!);
            return;
        }
        if (!IsCandidate(node, _view, _facts, _rules)) { return; }
        if (_kept(node))
        {
            if (_rules.Wide) { _precision[node] = Precision.Wide; }
            return;
        }
        if (_rules.OnlyConnected && !node.IsHeavy() && !IsFed(node)) { return; }
        _precision[node] = Precision.Narrow;
    }

    /// <summary>All that the node computes with comes from quantized nodes.</summary>
    private bool IsFed(NodeProto node) => node.DataInputs().Where(i => _view.Constant(node.Input[i]) is null)
        .All(i => _view.Producer(node.Input[i]) is { } producer && IsQuantized(producer));

    private bool IsReplaceable(NodeProto node) => CanReplace(node, _view, _rules) && IsQuantized(_view.Producer(node.Input[0])!);

    /// <summary>
    /// True for a Relu or Clip that only limits what one node makes: if that is quantized, the codes of the limited range saturate at the
    /// same limits. Symmetric codes do not: half of them lie below zero.
    /// </summary>
    private static bool CanReplace(NodeProto node, GraphView view, TargetRules rules)
    {
        if (!node.IsActivation() || rules.Symmetric || rules.PairsAtInputs || view.IsOutput(node.Output[0]) || view.IsCaptured(node.Output[0])) { return false; }
        if (view.Producer(node.Input[0]) is not { } producer || view.OnlyConsumer(node.Input[0]) != node) { return false; }
        // A moved value has the codes of what was moved; they cannot be limited on the way.
        return !producer.IsMoving() && node.Limits(view) is { Low: <= 0, High: >= 0 };
    }

    /// <summary>Values whose ranges some plan for the target might need. What is moved has the range of its source.</summary>
    public static IReadOnlyList<string> Ranged(GraphView view, TensorFacts facts, TargetRules rules)
    {
        var values = new List<string>();
        foreach (var node in view.Graph.Node)
        {
            var candidate = IsCandidate(node, view, facts, rules);
            if (candidate || node.IsActivation()) { values.AddRange(node.DataInputs().Select(i => node.Input[i]).Where(v => view.Constant(v) is null)); }
            if (candidate || node.IsActivation()) { values.AddRange(node.Output.Where(o => o.Length > 0)); }
        }
        return [.. values.Select(v => Source(view, v)).Distinct(StringComparer.Ordinal).Where(facts.IsFloat).Where(v => !IsLimitedAtOnce(v))];

        bool IsLimitedAtOnce(string value) => view.Producer(value) is { } producer && IsCandidate(producer, view, facts, rules)
            && view.OnlyConsumer(value) is { } next && CanReplace(next, view, rules);
    }

    /// <summary>What a moved value was moved from.</summary>
    public static string Source(GraphView view, string value)
    {
        while (view.Producer(value) is { } producer && producer.IsMoving() && view.Constant(producer.Input[0]) is null) { value = producer.Input[0]; }
        return value;
    }
}
