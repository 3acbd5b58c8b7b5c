using System.Security.Cryptography;
using EdgePose.ModelTools.Quantization;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.Networks.Runtime;
using EdgePose.Service;
using EdgePose.Workshop.Models;
using EdgePose.Workshop.Quantization.Accuracy;
using EdgePose.Workshop.Quantization.Pictures;

namespace EdgePose.Workshop.Quantization;

/// <summary>What a run has found out when its plan is chosen.</summary>
/// <param name="Candidates">The quantized models, by the groups that they keep in float.</param>
/// <param name="Examination">The comparison with the float model.</param>
/// <param name="Pictures">What was calibrated and evaluated on.</param>
/// <param name="Inputs">Number of inputs that calibrated.</param>
/// <param name="Sample">One of them, for the speed.</param>
/// <param name="FloatGroups">The groups that stay in float.</param>
/// <param name="Costs">The ranking of the groups; empty where none was made.</param>
internal sealed record QuantizeOutcome(
    Candidates Candidates, Examination Examination, PreparedPictures Pictures, int Inputs, GraphInput Sample, IReadOnlyList<string> FloatGroups,
    IReadOnlyList<GroupCost> Costs);

/// <summary>Writes the chosen model, measures its speed, and puts everything into the report.</summary>
internal sealed class QuantizeReporting(QuantizeRequest request, SourceModel source, GraphRunner runner, Stages stages, TimeProvider time, CancellationToken stop)
{
    public (QuantizeReport Report, byte[] Model) Report(QuantizeOutcome outcome)
    {
        var (candidates, examination, pictures, inputs, sample, floatGroups, costs) = outcome;
        var (quantized, exam) = (candidates.Write(floatGroups), candidates.Examine(floatGroups));
        var name = ModelAdoption.NameOf(request.Out);
        var path = Path.GetFullPath(request.Out);
        var made = quantized.Report;
        var outcomeOf = exam.Judge(request.Limits);
        var report = new QuantizeReport
        {
            Name = name, Source = source.Model.Name, SourceSha256 = source.Sha256, Accepted = outcomeOf == Outcome.Accepted, Outcome = QuantizeWords.Of(outcomeOf),
            Limits = request.Limits, Evidence = request.Evidence,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(quantized.Model)), BytesFloat = source.Content.Length, BytesQuantized = quantized.Model.Length,
            Target = QuantizeWords.Of(made.Target), Method = QuantizeWords.Of(made.Method), Activations = QuantizeWords.Of(made.Target, request.Settings.Activations),
            Excluded = request.Settings.Exclude, FloatGroups = floatGroups, Groups = made.Groups, Sensitivity = costs, Notes = made.Notes,
            Calibration = new CalibrationFigures(
                PixelHash.OfSet(pictures.Calibration.Select(p => p.Hash)), [.. request.Calibrate.Select(Preparation.NameOf)], pictures.Calibration.Count, inputs),
            Evaluation = EvaluationSummary.Of(examination, exam, candidates.Compare(quantized), pictures),
            Speed = new SpeedMeasurement(source, quantized.Model, sample, time, stop).Run(QuantizeWords.Of(made.Target), stages.Start("speed")),
            Residual = Residuals.Count(runner, quantized.Model, name), Tool = $"edgepose {Versions.Self}, onnxruntime {OrtRuntime.Version}",
            Date = time.GetUtcNow().ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), Verdict = "",
        };
        report = report with { Verdict = QuantizeVerdict.Text(report) };
        if (report.Accepted) { report = report with { Path = path, Card = Path.Combine(Path.GetDirectoryName(path)!, name + ".yaml") }; }
        return (report, quantized.Model);
    }
}
