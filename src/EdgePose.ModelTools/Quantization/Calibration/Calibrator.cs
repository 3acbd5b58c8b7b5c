using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.ModelTools.Quantization.Settings;

namespace EdgePose.ModelTools.Quantization.Calibration;

/// <summary>
/// Runs the float graph over the calibration inputs and reduces every wanted value to its statistics at once, a few at a time, so that
/// memory depends on the network only. One pass for ranges; another for histograms, whose bounds the first one found.
/// </summary>
internal sealed class Calibrator(ModelProto model, TensorFacts facts, string name, QuantizationSettings settings, CalibrationMethod method, bool corrects, IGraphRunner runner)
{
    private readonly Dictionary<string, TensorStatistics> _statistics = new(StringComparer.Ordinal);

    /// <summary>Statistics of the wanted values.</summary>
    /// <param name="values">Names of float values of the graph, its inputs included.</param>
    /// <param name="inputs">Replayable.</param>
    /// <param name="progress">Called after each input of each pass.</param>
    /// <param name="stop">Looked at before each run.</param>
    /// <exception cref="ModelToolsException">A value is not finite.</exception>
    public IReadOnlyDictionary<string, TensorStatistics> Run(
        IReadOnlyList<string> values, IReadOnlyCollection<GraphInput> inputs, IProgress<QuantizationProgress>? progress, CancellationToken stop)
    {
        var view = new GraphView(model.Graph);
        foreach (var value in values) { _statistics[value] = new TensorStatistics(corrects, corrects && view.Consumers(value).Any(n => n.IsPointwise(view))); }
        GraphPass.Run("ranges", model, facts, name, values, runner, inputs, (value, shape, floats) =>
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
        GraphPass.Run("histograms", model, facts, name, values, runner, inputs, (value, _, floats) => _statistics[value].Histogram?.Add(floats), progress, stop);
        return _statistics;
    }
}
