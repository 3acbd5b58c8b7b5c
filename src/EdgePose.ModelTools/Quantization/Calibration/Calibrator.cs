using EdgePose.ModelTools.Quantization.Numbers;
using EdgePose.ModelTools.Quantization.Preparation;

namespace EdgePose.ModelTools.Quantization.Calibration;

/// <summary>
/// Runs the float graph over the calibration inputs and reduces every wanted value to its statistics at once, a few at a time, so that
/// memory depends on the network only. One pass for ranges; another for histograms, whose bounds the first one found.
/// </summary>
internal sealed class Calibrator(ModelProto model, TensorFacts facts, string name, QuantizationSettings settings, CalibrationMethod method, IGraphRunner runner)
{
    private readonly Dictionary<string, TensorStatistics> _statistics = new(StringComparer.Ordinal);

    /// <summary>Statistics of the wanted values.</summary>
    /// <param name="values">Names of float values of the graph, its inputs included.</param>
    /// <param name="inputs">Replayable.</param>
    /// <param name="progress">Called after each input of each pass.</param>
    /// <param name="stop">Looked at before each run.</param>
    /// <exception cref="ModelToolsException">No input, or a value that is not finite.</exception>
    public IReadOnlyDictionary<string, TensorStatistics> Run(
        IReadOnlyList<string> values, IReadOnlyCollection<GraphInput> inputs, IProgress<QuantizationProgress>? progress, CancellationToken stop)
    {
        if (inputs.Count == 0) { throw new ModelToolsException($"{name}: there is nothing to calibrate with", "give at least one picture; a hundred or more are better"); }
        foreach (var value in values) { _statistics[value] = new TensorStatistics(settings.BiasCorrection); }
        Pass("ranges", values, inputs, (value, shape, floats) =>
        {
            if (_statistics[value].Add(shape, floats, settings.AveragingConstant)) { return; }
            throw new ModelToolsException($"{name}: '{value}' is not finite for one of the calibration pictures", "the weights or the export are damaged");
        }, progress, stop);
        if (method is CalibrationMethod.MinMax or CalibrationMethod.MovingAverage) { return _statistics; }
        foreach (var statistics in _statistics.Values.Where(s => !s.Observed.IsEmpty))
        {
            statistics.Histogram = method == CalibrationMethod.Mse
                ? new Histogram(Math.Min(statistics.Observed.Min, 0), Math.Max(statistics.Observed.Max, 0)) : Histogram.Around(statistics.Observed);
        }
        Pass("histograms", values, inputs, (value, _, floats) => _statistics[value].Histogram?.Add(floats), progress, stop);
        return _statistics;
    }

    private void Pass(string stage, IReadOnlyList<string> values, IReadOnlyCollection<GraphInput> inputs, OutputReader read,
        IProgress<QuantizationProgress>? progress, CancellationToken stop)
    {
        var picture = model.Graph.Input[0].Name;
        var sessions = new List<(IGraphSession Session, IReadOnlyList<string> Values)>();
        try
        {
            foreach (var group in facts.Groups(values.Where(v => v != picture)))
            {
                sessions.Add((runner.Open(TensorFacts.WithOutputs(model, group), name, optimize: false, Environment.ProcessorCount), group));
            }
            var done = 0;
            foreach (var input in inputs)
            {
                if (values.Contains(picture)) { read(picture, input.Shape, input.Values.Span); }
                foreach (var (session, group) in sessions)
                {
                    stop.ThrowIfCancellationRequested();
                    session.Run(input, group, read);
                }
                progress?.Report(new QuantizationProgress(stage, ++done, inputs.Count));
            }
        }
        finally
        {
            foreach (var (session, _) in sessions) { session.Dispose(); }
        }
    }
}
