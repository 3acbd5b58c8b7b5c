using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Calibration;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.ModelTools.Quantization.Rules;
using EdgePose.ModelTools.Quantization.Settings;

namespace EdgePose.ModelTools.Quantization.Preparation;

/// <summary>A float graph in the form that quantization starts from: same inputs and outputs as the source.</summary>
internal sealed class PreparedGraph
{
    private readonly ModelProto _folded;
    private readonly string _name;
    private readonly TargetRules _rules;
    private readonly IGraphRunner _runner;
    private readonly GraphInput _sample;

    private PreparedGraph(ModelProto folded, string name, TargetRules rules, IGraphRunner runner, GraphInput sample)
    {
        (_folded, _name, _rules, _runner, _sample) = (folded, name, rules, runner, sample);
        Model = folded.Clone();
        if (rules.Target == QuantizationTarget.Cpu) { WriteForCpu(); }
        if (rules.Target == QuantizationTarget.Qnn) { LpNormalization.Apply(Model.Graph); }
        Facts = TensorFacts.Find(Model, name, runner, sample);
        if (rules.Supported is { } supported) { StaticShapes.RequireSupported(Model.Graph, supported, name); }
        if (rules.Static) { StaticShapes.Declare(Model.Graph, Facts); }
        View = new GraphView(Model.Graph);
        Grouping = new Grouping(View, Facts);
    }

    public ModelProto Model { get; }

    /// <summary>True when units that split channels were rewritten, see <see cref="ChannelSplits"/>.</summary>
    public bool SplitsChannels { get; private init; }
    public TensorFacts Facts { get; }
    public GraphView View { get; }
    public Grouping Grouping { get; }

    /// <exception cref="ModelToolsException">The model is not a float network on one input, or the target cannot run it.</exception>
    public static PreparedGraph Make(ReadOnlyMemory<byte> content, string name, QuantizationSettings settings, TargetRules rules, IGraphRunner runner, GraphInput sample)
    {
        var model = OnnxModel.Parse(content, name);
        Refuse(model, name);
        Cleanup.Apply(model.Graph);
        if (model.Graph.Input.Count != 1)
        {
            throw new ModelToolsException($"{name}: {model.Graph.Input.Count} inputs ({string.Join(", ", model.Graph.Input.Select(i => i.Name))}), one is expected",
                "export the network with one image input");
        }
        if (rules.Static) { sample = StaticShapes.FixInput(model.Graph, name, settings.InputShape, sample); }
        if (OpsetLift.Version(model) < OpsetLift.Needed) { OpsetLift.Apply(model, TensorFacts.Find(model, name, runner, sample), name); }
        ConstantFolding.Apply(model, name, runner, sample);
        ConvolutionFolding.Apply(model.Graph);
        GemmForm.Apply(model.Graph);
        if (rules.Target != QuantizationTarget.Cpu) { return new PreparedGraph(model, name, rules, runner, Copy(sample)); }
        var splits = ChannelSplits.Apply(model.Graph);
        DoubledSums.Apply(model.Graph);
        return new PreparedGraph(model, name, rules, runner, Copy(sample)) { SplitsChannels = splits > 0 };
    }

    /// <summary>The same network with the ranges of its channels evened out, after the sizes that calibration inputs give them.</summary>
    public PreparedGraph Equalized(IReadOnlyCollection<GraphInput> inputs, IProgress<QuantizationProgress>? progress, CancellationToken stop)
    {
        var model = _folded.Clone();
        var facts = TensorFacts.Find(model, _name, _runner, _sample);
        var equalization = new Equalization(new GraphView(model.Graph), facts);
        if (equalization.Wanted.Count == 0) { return this; }
        var ranges = ChannelRanges.Measure(model, facts, _name, equalization.Wanted, _runner, inputs, progress, stop);
        return equalization.Apply(ranges) == 0 ? this : new PreparedGraph(model, _name, _rules, _runner, _sample) { SplitsChannels = SplitsChannels };
    }

    /// <summary>The same work in operators for which the CPU has fast integer kernels.</summary>
    private void WriteForCpu()
    {
        TransposedConvolution.Apply(Model.Graph);
        DepthwisePadding.Apply(Model.Graph);
        if (Model.Graph.Node.Any(n => n.Is("Resize"))) { NearestCopies.Apply(Model.Graph, TensorFacts.Find(Model, _name, _runner, _sample)); }
    }

    // The sample outlives the call, its memory need not.
    private static GraphInput Copy(GraphInput sample) => new([.. sample.Shape], sample.Values.ToArray());

    private static void Refuse(ModelProto model, string name)
    {
        if (model.Graph.Node.FirstOrDefault(n => n.OpType is "QuantizeLinear" or "DequantizeLinear" or "QLinearConv" or "QLinearMatMul" or "ConvInteger" or "MatMulInteger") is { } node)
        {
            throw new ModelToolsException($"{name}: is quantized already ({node.OpType} '{node.Name}')", "start from the float model");
        }
        var half = model.Graph.Initializer.FirstOrDefault(t => (ElementType)t.DataType is ElementType.Float16 or ElementType.BFloat16);
        if (half is not null) { throw new ModelToolsException($"{name}: tensor '{half.Name}' has 16-bit floats", "start from the float32 model"); }
    }
}
