using EdgePose.ModelTools.Quantization;
using EdgePose.ModelTools.Quantization.Calibration;
using EdgePose.Workshop.Quantization.Accuracy;
using EdgePose.Workshop.Quantization.Pictures;

namespace EdgePose.Workshop.Quantization;

/// <summary>Makes quantized models with various groups in float and measures them. What was examined once is remembered.</summary>
internal sealed class Candidates(SourceModel source, Quantizer quantizer, EvalSet set, Examination examination, Reference reference, FrameFeed feed, Stages stages, CancellationToken stop)
{
    private readonly Dictionary<string, Exam> _examined = new(StringComparer.Ordinal);

    /// <summary>Groups that are quantized unless a plan keeps them in float.</summary>
    public IReadOnlyList<string> Quantizable { get; } = [.. quantizer.Groups.Where(g => g.KeptFloat.Length == 0 && g.Nodes.Count > 0).Select(g => g.Name)];

    public QuantizedModel Write(IReadOnlyCollection<string> floatGroups) => quantizer.Write(floatGroups);

    /// <summary>The accuracy with the given groups in float, by all evaluation pictures.</summary>
    public Exam Examine(IReadOnlyCollection<string> floatGroups)
    {
        var key = Key(floatGroups);
        if (_examined.TryGetValue(key, out var known)) { return known; }
        using var session = source.Session(Write(floatGroups).Model);
        var what = floatGroups.Count == 0 ? "evaluating the quantized model" : $"evaluating with {floatGroups.Count} of {Quantizable.Count} groups in float";
        var found = set.Find(session, source.StaticSize, feed, null, stages.Start(what), stop);
        var exam = examination.Examine(found, stop);
        _examined.Add(key, exam);
        return exam;
    }

    /// <summary>The difference from the float model on the few pictures of the reference.</summary>
    public Difference Compare(QuantizedModel model)
    {
        using var session = source.Session(model.Model);
        return reference.Compare(session, stop);
    }

    private static string Key(IReadOnlyCollection<string> floatGroups) => string.Join('\n', floatGroups.Order(StringComparer.Ordinal));

    /// <summary>What each group costs, most harmful first.</summary>
    public IReadOnlyList<GroupCost> Rank() => Sensitivity.Rank(
        Quantizable, group => Compare(Write([.. Quantizable.Where(g => g != group)])), stages.Start("sensitivity of the groups"), stop);
}

/// <summary>Progress of one stage after the other.</summary>
internal sealed class Stages(IProgress<QuantizeProgress> progress)
{
    /// <summary>Begins a stage; what it reports goes on under its name.</summary>
    public IProgress<(int Done, int Total)> Start(string stage) => new Stage(stage, progress);

    private sealed class Stage(string name, IProgress<QuantizeProgress> progress) : IProgress<(int Done, int Total)>, IProgress<QuantizationProgress>
    {
        public void Report((int Done, int Total) value) => progress.Report(new QuantizeProgress(name, value.Done, value.Total));

        public void Report(QuantizationProgress value) => progress.Report(new QuantizeProgress($"{name}: {value.Stage}", value.Done, value.Total));
    }

    /// <summary>The same for the quantizer's own stages.</summary>
    public IProgress<QuantizationProgress> StartCalibration(string stage) => new Stage(stage, progress);
}
