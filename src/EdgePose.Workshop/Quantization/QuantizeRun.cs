using EdgePose.Domain;
using EdgePose.ModelTools.Quantization;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.Networks.Runtime;
using EdgePose.Streams;
using EdgePose.Workshop.Evaluation;
using EdgePose.Workshop.Quantization.Pictures;

namespace EdgePose.Workshop.Quantization;

/// <summary>A finished run: the report, and what is to be written when the model was accepted.</summary>
internal sealed record QuantizeResult(QuantizeReport Report, byte[] Model, string Card);

/// <summary>
/// From a float model and pictures to a quantized model with its card: calibrate once, measure what it costs, keep groups in float where
/// the limits ask for it, and measure the speed. Writes nothing.
/// </summary>
internal sealed class QuantizeRun
{
    private readonly QuantizeRequest _request;
    private readonly SourceModel _source;
    private readonly Stages _stages;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stop;
    private readonly FrameFeed _feed;
    private readonly GraphRunner _runner = new();

    private QuantizeRun(QuantizeRequest request, SourceModel source, IProgress<QuantizeProgress> progress, TimeProvider time, CancellationToken stop)
    {
        (_request, _source, _stages, _time, _stop) = (request, source, new Stages(progress), time, stop);
        var decoder = new PictureDecoder(new FfmpegTools(), time);
        _feed = new FrameFeed((sample, token) => decoder.DecodeAsync(sample.Path, sample.At, token));
    }

    /// <exception cref="UserError">Model or pictures cannot be used, or the calibration is worthless.</exception>
    /// <exception cref="ModelTools.ModelToolsException">The model cannot be quantized for the target.</exception>
    public static Task<QuantizeResult> RunAsync(QuantizeRequest request, IProgress<QuantizeProgress> progress, TimeProvider time, CancellationToken stop) =>
        // Networks block their thread for minutes.
        Task.Run(() => new QuantizeRun(request, SourceModel.Open(request), progress, time, stop).RunAsync(), stop);

    private async Task<QuantizeResult> RunAsync()
    {
        using var network = _source.Session(_source.Content);
        var pictures = await new Preparation(_request, _source, network, _feed, _stages, _time, _stop).RunAsync().ConfigureAwait(false);
        FreeMemory.TrimAll();
        // Before the work of minutes: what is too little to judge by stays so.
        var basis = new ComparisonBasis(_source, network, pictures.Evaluation, _feed, _stages, _stop);
        var examination = basis.Examine();
        if (QuantizeVerdict.TooLittle(_source.Model.Name, examination, _request.Evidence) is { } tooLittle) { throw tooLittle; }
        FreeMemory.TrimAll();
        var inputs = new CalibrationInputs(pictures.Calibration, network, _source.StaticSize, _feed, _stop);
        var sample = inputs.First();
        var settings = _request.Settings with { InputShape = _source.InputShape };
        var quantizer = Quantizer.Open(_source.Content, _source.Model.Name, settings, _runner, sample);
        FreeMemory.TrimAll();
        quantizer.Calibrate(inputs, _stages.StartCalibration("calibrating"), _stop);
        FreeMemory.TrimAll();
        var candidates = new Candidates(_source, quantizer, pictures.Evaluation, examination, basis.Reference(), _feed, _stages, _stop);
        var (plan, costs) = PlanChoice.Of(candidates, _request);
        FreeMemory.TrimAll();
        var (report, model) = new QuantizeReporting(_request, _source, _runner, _stages, _time, _stop)
            .Report(new QuantizeOutcome(candidates, examination, pictures, inputs.Count, sample, plan, costs));
        return new QuantizeResult(report, model, CardText.Write(_source.Model, Path.GetFileName(_request.Out), report));
    }
}
