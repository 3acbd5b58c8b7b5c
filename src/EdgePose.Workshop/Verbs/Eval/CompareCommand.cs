using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using EdgePose.Cli;
using EdgePose.Domain;
using EdgePose.Workshop.Evaluation;
using Spectre.Console;

namespace EdgePose.Workshop.Verbs.Eval;

/// <summary>Two models on the same pictures: which one is better, and whether that is shown.</summary>
internal static class CompareCommand
{
    private static readonly Argument<string> First = new("first") { Description = "A pose model" };
    private static readonly Argument<string> Second = new("second") { Description = "Another one" };
    private static readonly Option<string> Dataset = new("--dataset") { Description = "COCO key-point annotations (also CrowdPose, COCO-WholeBody)", Required = true };
    private static readonly Option<string> Images = new("--images") { Description = "Folder of the data set's pictures", Required = true };
    private static readonly Option<int> Subset = new("--subset") { Description = "Only the first N pictures by id" };
    private static readonly Option<double?> MaxLoss = new("--max-loss") { Description = "Exit with 7 unless the pictures show that the second model loses at most so many points of AP" };

    public static Verb Create() => Verb.Create(
        "compare", "Measures the difference in AP of two models in one run, with its interval by paired draws of the pictures.",
        ["edgepose compare litepose-m litepose-m-int8 --dataset person_keypoints.json --images val2017 --models ~/models",
         "edgepose compare movenet-lightning rtmpose-s --boxes gt --dataset person_keypoints.json --images val2017 --max-loss 1"],
        [First, Second, Dataset, Images, .. ModelOptions.Others, Subset, MaxLoss], RunAsync);

    private static async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var subset = parsed.GetValue(Subset);
        if (subset < 0) { throw new UserError(ExitCode.Usage, $"--subset {subset}: must not be negative"); }
        var request = new DatasetRequest
        {
            Annotations = parsed.GetRequiredValue(Dataset), Images = parsed.GetRequiredValue(Images), Subset = subset, TruthBoxes = ModelOptions.TruthBoxes(parsed),
            Models = ModelOptions.Read(parsed, EvalProfile.Accurate, parsed.GetRequiredValue(First)),
        };
        var report = await Progress.ShowAsync(parsed, "pictures", p => PairedEvaluation.RunAsync(request, parsed.GetRequiredValue(Second), p, TimeProvider.System, stop));
        if (parsed.GetValue(Verb.Json) || Console.IsOutputRedirected) { Output.Json(report, CompareJson.Default.ComparisonReport); }
        else { Table(report); }
        if (parsed.GetValue(MaxLoss) is not { } most || -100 * report.Difference.Low <= most) { return ExitCode.Ok; }
        throw new UserError(ExitCode.Threshold, FormattableString.Invariant($"a loss of at most {most} points is not shown: {report.Verdict}"), "measure on more pictures, or allow more");
    }

    private static void Table(ComparisonReport r)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("", Markup.Escape(r.First.Run.Model.Name), Markup.Escape(r.Second.Run.Model.Name));
        foreach (var (name, value) in (ReadOnlySpan<(string, Func<ComparedModel, double>)>)
            [("AP", m => m.Ap), ("AP50", m => m.Ap50), ("AP75", m => m.Ap75), ("AR", m => m.Ar), ("ms a picture", m => m.MedianMs)])
        {
            table.AddRow(name, Show(value(r.First)), Show(value(r.Second)));
        }
        AnsiConsole.Write(table);
        Console.WriteLine($"{r.Images} pictures, {r.People} people, {r.Joints.Count} joints; data set {r.DatasetSha256[..12]}");
        foreach (var note in r.Notes) { Console.WriteLine($"note: {note}"); }
        Console.WriteLine(r.Verdict);
    }

    private static string Show(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}

/// <summary>What <c>compare</c> prints with --json.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ComparisonReport))]
internal sealed partial class CompareJson : JsonSerializerContext;
