using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Calibration;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.ModelTools.Quantization.Numbers;
using EdgePose.ModelTools.Quantization.Preparation;
using EdgePose.ModelTools.Quantization.Rules;
using EdgePose.ModelTools.Quantization.Settings;
using EdgePose.ModelTools.Quantization.Writing;
using Google.Protobuf;

namespace EdgePose.ModelTools.Quantization;

/// <summary>
/// Makes a quantized model from a float one by static quantization: open, calibrate once, write as often as wanted with other groups kept
/// in float. Not thread-safe.
/// </summary>
public sealed class Quantizer
{
    private readonly string _name;
    private readonly QuantizationSettings _settings;
    private readonly IGraphRunner _runner;
    private readonly TargetRules _rules;
    private PreparedGraph _prepared;
    private readonly IntegerType _narrow;
    private readonly CalibrationMethod _method;
    private readonly Dictionary<(string Value, IntegerType Type), ValueRange> _ranges = [];
    private IReadOnlyDictionary<string, TensorStatistics>? _statistics;
    private bool _equalized;

    private Quantizer(string name, QuantizationSettings settings, IGraphRunner runner, TargetRules rules, PreparedGraph prepared)
    {
        (_name, _settings, _runner, _rules, _prepared) = (name, settings, runner, rules, prepared);
        _narrow = Narrow(settings, rules);
        _method = settings.Method ?? CalibrationMethod.MinMax;
        FloatModel = prepared.Model.ToByteArray();
        Groups = State([]);
    }

    /// <summary>The prepared float graph: same inputs, outputs and values as the source.</summary>
    public byte[] FloatModel { get; private set; }

    /// <summary>The partition of the network; by default some groups stay in float.</summary>
    public IReadOnlyList<NodeGroup> Groups { get; }

    /// <summary>Prepares a float model.</summary>
    /// <param name="model">The ONNX file's bytes.</param>
    /// <param name="name">For messages.</param>
    /// <param name="settings">What is wanted.</param>
    /// <param name="runner">Runs graphs.</param>
    /// <param name="sample">Any input of the network: shapes are found by running it.</param>
    /// <exception cref="ModelToolsException">The model cannot be quantized for the target; the node or operator is named.</exception>
    public static Quantizer Open(ReadOnlyMemory<byte> model, string name, QuantizationSettings settings, IGraphRunner runner, GraphInput sample)
    {
        var rules = TargetRules.Of(settings.Target);
        var prepared = PreparedGraph.Make(model, name, settings, rules, runner, sample);
        var groups = prepared.Grouping.Names;
        string[] names = [.. groups, .. prepared.Model.Graph.Node.Select(n => n.Name)];
        NamePattern.RequireMatches(settings.Exclude.Concat(settings.Include), names, name, groups);
        return new Quantizer(name, settings, runner, rules, prepared);
    }

    /// <summary>Finds the ranges of all activations.</summary>
    /// <param name="inputs">Enumerated once or twice; the same inputs in the same order each time. An input's values are read before the next is asked for.</param>
    /// <param name="progress">Called after each input.</param>
    /// <param name="stop">Ends between two runs.</param>
    /// <exception cref="ModelToolsException">No input, or values that are not finite.</exception>
    public void Calibrate(IReadOnlyCollection<GraphInput> inputs, IProgress<QuantizationProgress>? progress, CancellationToken stop)
    {
        if (inputs.Count == 0) { throw new ModelToolsException($"{_name}: there is nothing to calibrate with", "give at least one picture; a hundred or more are better"); }
        _ranges.Clear();
        if ((_settings.Equalize ?? _prepared.SplitsChannels) && !_equalized)
        {
            _prepared = _prepared.Equalized(inputs, progress, stop);
            (_equalized, FloatModel) = (true, _prepared.Model.ToByteArray());
        }
        _statistics = new Calibrator(_prepared.Model, _prepared.Facts, _name, _settings, _method, Corrects, _runner).Run(QuantizationPlan.Ranged(_prepared.View, _prepared.Facts, _rules), inputs, progress, stop);
    }

    /// <summary>Writes the quantized model.</summary>
    /// <param name="floatGroups">Groups that stay in float (16 bits for QNN) besides those of the defaults and the settings.</param>
    /// <exception cref="ModelToolsException">A group is unknown, or nothing was calibrated yet.</exception>
    public QuantizedModel Write(IReadOnlyCollection<string>? floatGroups = null)
    {
        if (_statistics is null) { throw new ModelToolsException($"{_name}: ranges are not known yet", "calibrate before writing"); }
        var groups = State(floatGroups ?? []);
        var kept = groups.Where(g => g.KeptFloat.Length > 0).Select(g => g.Name).ToHashSet(StringComparer.Ordinal);
        var view = _prepared.View;
        var plan = new QuantizationPlan(view, _prepared.Facts, _rules, n => kept.Contains(_prepared.Grouping.Of(n)) || NamePattern.MatchesAny(_settings.Exclude, n.Name));
        var encodings = new Encodings(view, plan, _rules, _narrow, Range);
        var graph = new QdqGraph(OpsetLift.Version(_prepared.Model) < OpsetLift.Wide);
        var weights = new WeightWriter(graph, view, _rules, _settings.ReduceRange, Corrects ? v => _statistics!.GetValueOrDefault(v) : null);
        new QdqWriter(view, plan, _rules, encodings, graph, weights).Write();
        return new QuantizedModel(Assemble(graph).ToByteArray(), Report(plan, groups, weights.Enlarged));
    }

    private static IntegerType Narrow(QuantizationSettings settings, TargetRules rules)
    {
        var type = settings.Activations switch
        {
            ActivationType.UInt8 => IntegerType.UInt8,
            ActivationType.Int8 => IntegerType.Int8,
            ActivationType.UInt16 => IntegerType.UInt16,
            _ => rules.Activations,
        };
        return rules.Accepted.Contains(type) ? type
            : throw new ModelToolsException($"{rules.Target} does not take activations of {type}", $"use {string.Join(" or ", rules.Accepted)}");
    }

    private ValueRange Range(string value, IntegerType type)
    {
        if (_ranges.TryGetValue((value, type), out var known)) { return known; }
        return _ranges[(value, type)] = RangeRule.Find(_statistics![value], _method, _settings, type, _rules.Symmetric);
    }

    private bool Corrects => _settings.BiasCorrection ?? _prepared.SplitsChannels;

    private List<NodeGroup> State(IReadOnlyCollection<string> floatGroups)
    {
        if (floatGroups.FirstOrDefault(g => !_prepared.Grouping.Names.Contains(g)) is { } unknown)
        {
            throw new ModelToolsException($"{_name}: there is no group \"{unknown}\"", $"groups are {string.Join(", ", _prepared.Grouping.Names)}");
        }
        var nodes = _prepared.Model.Graph.Node.Where(n => QuantizationPlan.IsCandidate(n, _prepared.View, _prepared.Facts, _rules)).ToLookup(_prepared.Grouping.Of);
        return [.. _prepared.Grouping.Names.Where(nodes.Contains).Select(g => new NodeGroup(g, [.. nodes[g].Select(n => n.Name)], Reason(g)))];

        string Reason(string group) => floatGroups.Contains(group) ? "it was asked for" : NamePattern.MatchesAny(_settings.Exclude, group) ? "excluded by the settings"
            : NamePattern.MatchesAny(_settings.Include, group) ? "" : GroupDefaults.Reason(group);
    }

    private ModelProto Assemble(QdqGraph written)
    {
        var model = _prepared.Model.Clone();
        model.Graph.Node.Clear();
        model.Graph.Node.AddRange(written.Nodes);
        model.Graph.Initializer.AddRange(written.Constants);
        GraphEdit.RemoveDead(model.Graph);
        if (written.UsesMicrosoft && !model.OpsetImport.Any(o => o.Domain == QdqGraph.Microsoft))
        {
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = QdqGraph.Microsoft, Version = 1 });
        }
        GraphChecker.Check(model, _name);
        return model;
    }

    private QuantizationReport Report(QuantizationPlan plan, IReadOnlyList<NodeGroup> groups, int enlarged)
    {
        var nodes = _prepared.Model.Graph.Node.Where(n => !plan.IsRemoved(n)).ToList();
        return new QuantizationReport
        {
            Target = _settings.Target, Method = _method, Groups = groups, RemovedActivations = plan.RemovedActivations,
            Quantized = Count(nodes.Where(n => plan.IsQuantized(n))), Float = Count(nodes.Where(n => !plan.IsQuantized(n))),
            Notes = enlarged == 0 ? [] : [$"{enlarged} weight scales were enlarged so that the biases fit 32 bits"],
        };
    }

    private static SortedDictionary<string, int> Count(IEnumerable<NodeProto> nodes) =>
        new(nodes.GroupBy(n => n.OpType).ToDictionary(g => g.Key, g => g.Count()), StringComparer.Ordinal);
}
