using System.CommandLine;
using EdgePose.Cli;
using EdgePose.Domain;
using EdgePose.Networks.Scheduling;
using EdgePose.Workshop.Evaluation;

namespace EdgePose.Workshop.Verbs.Eval;

/// <summary>Accuracy, measured: key-points on pictures, identities on clips.</summary>
internal static class EvalCommand
{
    private static readonly Option<string> Dataset = new("--dataset") { Description = "COCO key-point annotations (also CrowdPose, COCO-WholeBody)" };
    private static readonly Option<string> Images = new("--images") { Description = "Folder of the data set's pictures" };
    private static readonly Option<string> Results = new("--results") { Description = "Measure this file instead of running a network: COCO results (--model says whose joints), or MOTChallenge text with --mot" };
    private static readonly Option<string> Tracking = new("--tracking") { Description = "Clip to run a stream of the daemon on, with the configuration given or its defaults" };
    private static readonly Option<string> Truth = new("--truth") { Description = "Ground truth of the clip: COCO key-points with track_id" };
    private static readonly Option<string> Mot = new("--mot") { Description = "MOTChallenge ground truth for --results" };
    private static readonly Option<string> Rules = new("--rules") { Description = "What counts with --mot: auto, mot15, mot16 or ignore (flag 0 is neither hit nor miss)", DefaultValueFactory = _ => "auto" };
    private static readonly Option<int> Subset = new("--subset") { Description = "Only the first N pictures by id" };
    private static readonly Option<double?> Fps = new("--fps") { Description = "Frames per second taken from the clip; 0 = all (default: as the stream is configured)" };
    private static readonly Option<string> Stream = new("--stream") { Description = "Whose settings (default: the only stream of --config)" };
    private static readonly Option<int> Rung = new("--rung") { Description = "Rung of the load ladder, 0 (everything) to 7 (the cheapest)" };
    private static readonly Option<string> Detections = new("--detections") { Description = "Write the detections to this file, in COCO's results form" };
    private static readonly Option<double?> MinAp = new("--min-ap") { Description = "Exit with 7 when AP is below this (0..1)" };

    public static Verb Create() => Verb.Create(
        "eval", "Measures accuracy: AP on pictures, MOTA, IDF1 and HOTA on clips, as the reference tools compute them.",
        ["edgepose eval --dataset person_keypoints.json --images val2017 --model litepose-m --models ~/models --flip",
         "edgepose eval --tracking clip.mp4 --truth clip.gt.json --config edgepose.yaml --stream front --set skipping.enabled=false"],
        [Dataset, Images, .. ModelOptions.All, Subset, Detections, MinAp, Tracking, Truth, ConfigOptions.Config, ConfigOptions.Set, Stream, Fps, Rung, Mot, Results, Rules],
        RunAsync);

    private static async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var modes = new[] { Dataset, Tracking, Mot }.Count(o => parsed.GetValue(o) is not null);
        if (modes != 1) { throw new UserError(ExitCode.Usage, "one of --dataset, --tracking and --mot is needed", "edgepose eval --help"); }
        if (parsed.GetValue(Mot) is { } truth)
        {
            Report.Write(parsed, ClipEvaluation.Measure(truth, Need(parsed, Results, "--mot"), parsed.GetValue(Rules)!));
            return ExitCode.Ok;
        }
        if (parsed.GetValue(Tracking) is { } clip)
        {
            var request = new ClipRequest
            {
                Clip = clip, Truth = Need(parsed, Truth, "--tracking"), ConfigPath = parsed.GetValue(ConfigOptions.Config) ?? "", Stream = parsed.GetValue(Stream) ?? "",
                Overrides = [.. parsed.GetValue(ConfigOptions.Set) ?? [], .. ModelOptions.SharedKeys(parsed)], StreamKeys = ModelOptions.StreamKeys(parsed),
                Folders = ModelOptions.Folders(parsed), Fps = parsed.GetValue(Fps) is { } fps ? NotNegative(fps, "--fps") : null, Rung = ReadRung(parsed.GetValue(Rung)),
            };
            Report.Write(parsed, await Progress.ShowAsync(parsed, "frames", p => ClipEvaluation.RunAsync(request, p, TimeProvider.System, stop)));
            return ExitCode.Ok;
        }
        var report = await KeypointsAsync(parsed, stop);
        Report.Write(parsed, report);
        if (parsed.GetValue(MinAp) is not { } least || report.Ap >= least) { return ExitCode.Ok; }
        throw new UserError(ExitCode.Threshold, FormattableString.Invariant($"AP {report.Ap:0.0000} is below --min-ap {least}"));
    }

    private static Task<KeypointReport> KeypointsAsync(ParseResult parsed, CancellationToken stop)
    {
        var (annotations, subset) = (parsed.GetValue(Dataset)!, (int)NotNegative(parsed.GetValue(Subset), "--subset"));
        if (parsed.GetValue(Results) is { } results)
        {
            return Task.FromResult(DatasetEvaluation.Measure(annotations, results, subset, ModelOptions.Name(parsed), ModelOptions.Folders(parsed), stop));
        }
        var request = new DatasetRequest
        {
            Annotations = annotations, Images = Need(parsed, Images, "--dataset"), Models = ModelOptions.Read(parsed, EvalProfile.Accurate),
            TruthBoxes = ModelOptions.TruthBoxes(parsed), Subset = subset, Detections = parsed.GetValue(Detections) ?? "",
        };
        return Progress.ShowAsync(parsed, "pictures", p => DatasetEvaluation.RunAsync(request, p, TimeProvider.System, stop));
    }

    private static int ReadRung(int rung) => rung >= 0 && rung <= Ladder.Last ? rung : throw new UserError(ExitCode.Usage, $"--rung {rung}: 0 to {Ladder.Last} is possible");

    private static string Need(ParseResult parsed, Option<string> option, string mode) =>
        parsed.GetValue(option) ?? throw new UserError(ExitCode.Usage, $"{mode} needs {option.Name}", "edgepose eval --help");

    private static double NotNegative(double value, string name) =>
        value >= 0 && double.IsFinite(value) ? value : throw new UserError(ExitCode.Usage, FormattableString.Invariant($"{name} {value}: must not be negative"));
}
