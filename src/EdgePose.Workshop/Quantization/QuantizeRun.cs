using System.Security.Cryptography;
using EdgePose.Domain;
using EdgePose.ModelTools.Quantization;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.Networks.Runtime;
using EdgePose.Service;
using EdgePose.Streams;
using EdgePose.Workshop.Evaluation;
using EdgePose.Workshop.Evaluation.Keypoints;
using EdgePose.Workshop.Models;
using EdgePose.Workshop.Quantization.Accuracy;
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
    /// <summary>Pictures on which each group is compared.</summary>
    private const int ReferencePictures = 8;

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
        var inputs = new CalibrationInputs(pictures.Calibration, network, _source.StaticSize, _feed, _stop);
        var sample = inputs.First();
        var settings = _request.Settings with { InputShape = _source.InputShape };
        var quantizer = Quantizer.Open(_source.Content, _source.Model.Name, settings, _runner, sample);
        FreeMemory.TrimAll();
        quantizer.Calibrate(inputs, _stages.StartCalibration("calibrating"), _stop);
        FreeMemory.TrimAll();
        var candidates = Candidates(network, pictures.Evaluation, quantizer);
        var (plan, costs) = Choose(candidates.Item1);
        FreeMemory.TrimAll();
        var (report, model) = new QuantizeReporting(_request, _source, _runner, _stages, _time, _stop)
            .Report(new QuantizeOutcome(candidates.Item1, candidates.Item2, pictures, inputs.Count, sample, plan, costs));
        return new QuantizeResult(report, model, CardText.Write(_source.Model, Path.GetFileName(_request.Out), report));
    }

    private (Candidates, Examination) Candidates(OrtSession network, EvalSet set, Quantizer quantizer)
    {
        var exact = set.Find(network, _source.StaticSize, _feed, _stages.Start("evaluating the float model"), _stop);
        var examination = new Examination(_source.Model, set, exact);
        // Pictures with people say more about joints.
        var shown = SampleFinder.Spread([.. set.Pictures.Where(p => p.HasPerson)], ReferencePictures);
        var reference = new Reference(network, _source.StaticSize, shown.Count > 0 ? shown : SampleFinder.Spread(set.Pictures, ReferencePictures), _feed, _stop);
        return (new Candidates(_source, quantizer, set, examination, reference, _feed, _stages, _stop), examination);
    }

    /// <summary>The groups to keep in float, and the ranking where it was made.</summary>
    private (IReadOnlyList<string> FloatGroups, IReadOnlyList<GroupCost> Costs) Choose(Candidates candidates)
    {
        bool IsWithin(IReadOnlyList<string> groups) => candidates.Examine(groups).IsWithin(_request.Limits);
        if (_request.Plan == PlanKind.Auto)
        {
            var ranked = candidates.Rank();
            // With more than half of the groups in float the float model is the better choice.
            return (PlanSearch.Find([.. ranked.Select(c => c.Group)], candidates.Quantizable.Count / 2, IsWithin).FloatGroups, ranked);
        }
        var groups = _request.Plan == PlanKind.File ? _request.PlanGroups : [];
        return (groups, IsWithin(groups) ? [] : candidates.Rank());
    }
}
