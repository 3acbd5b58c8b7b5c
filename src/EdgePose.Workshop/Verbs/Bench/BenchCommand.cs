using System.CommandLine;
using EdgePose.Cli;
using EdgePose.Domain;
using EdgePose.Workshop.Bench;

namespace EdgePose.Workshop.Verbs.Bench;

/// <summary>How many streams this machine carries, and where the time goes.</summary>
internal static class BenchCommand
{
    private static readonly Option<string> Source = new("--source") { Description = "A clip, played in a loop through ffmpeg, or synthetic: pictures made in the process, without people", DefaultValueFactory = _ => BenchRequest.Synthetic };
    private static readonly Option<int> Streams = new("--streams") { Description = "Streams of the main run, 1 to 64", DefaultValueFactory = _ => 1 };
    private static readonly Option<double> Fps = new("--fps") { Description = "Frames per second of each stream", DefaultValueFactory = _ => 5 };
    private static readonly Option<string> Model = new("--model") { Description = "Pose model", DefaultValueFactory = _ => "movenet-lightning" };
    private static readonly Option<string> Detector = new("--detector") { Description = "Person detector of a top-down model (default: centernet-person)" };
    private static readonly Option<string[]> Models = new("--models") { Description = "Folder with model files; may be given more than once" };
    private static readonly Option<double> Seconds = new("--seconds") { Description = "Length of the main run, 1 to 3600; the other phases take about as long again", DefaultValueFactory = _ => 30 };
    private static readonly Option<string> Ep = new("--ep") { Description = "Execution provider that must be used", DefaultValueFactory = _ => "auto" };
    private static readonly Option<int> Threads = new("--threads") { Description = "Threads per network; 0 = one per core" };
    private static readonly Option<int?> People = new("--people") { Description = "Give the pose network this many boxes in every frame, 0 to 50, instead of those that the detector finds" };
    private static readonly Option<bool> NoSearch = new("--no-search") { Description = "Only the given number of streams; do not look for the largest" };
    private static readonly Option<string> Compare = new("--compare") { Description = "Earlier report (--json); exit with 7 when something is more than a tenth worse" };

    public static Verb Create()
    {
        Ep.AcceptOnlyFromAmong("auto", "cpu", "cuda", "tensorrt", "qnn");
        return Verb.Create(
            "bench", "Measures this machine: time per stage, frame age, processor, memory, fairness, the pipeline against the bare networks, and how many streams it carries.",
            ["edgepose bench --source clip.mp4 --model litepose-m --fps 5", "edgepose bench --streams 4 --fps 10 --seconds 60 --people 2 --json"],
            [Source, Streams, Fps, Model, Detector, Models, Seconds, Ep, Threads, People, NoSearch, Compare],
            RunAsync);
    }

    private static async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var request = Read(parsed);
        // Before an hour of measuring, not after it.
        var old = parsed.GetValue(Compare) is { } path ? BenchComparison.Read(path) : null;
        Action<string> say = parsed.GetValue(Verb.Quiet) ? _ => { } : Console.Error.WriteLine;
        var report = await BenchRunner.RunAsync(request, say, TimeProvider.System, stop);
        IReadOnlyList<Difference> differences = old is null ? [] : BenchComparison.Compare(old, report);
        if (parsed.GetValue(Verb.Json)) { Output.Json(report, BenchJson.Default.BenchReport); }
        else { BenchView.Write(report); }
        if (differences.Count > 0) { BenchView.Write(differences, toError: parsed.GetValue(Verb.Json)); }
        if (!parsed.GetValue(Verb.Json)) { Console.WriteLine(report.Answer); }
        List<string> worse = [.. differences.Where(d => d.Worse).Select(d => d.Name)];
        return worse.Count == 0 ? ExitCode.Ok
            : throw new UserError(ExitCode.Threshold, $"more than a tenth worse than in the earlier report: {string.Join("; ", worse)}", "measure again on an idle machine before believing it");
    }

    private static BenchRequest Read(ParseResult parsed)
    {
        var (streams, fps, seconds, people) = (parsed.GetValue(Streams), parsed.GetValue(Fps), parsed.GetValue(Seconds), parsed.GetValue(People));
        Check(streams is >= 1 and <= 64, $"--streams {streams}: 1 to 64 is possible");
        Check(fps is >= 0.1 and <= 240, FormattableString.Invariant($"--fps {fps}: 0.1 to 240 is possible"));
        Check(seconds is >= 1 and <= 3600, FormattableString.Invariant($"--seconds {seconds}: 1 to 3600 is possible"));
        Check(people is null or (>= 0 and <= 50), $"--people {people}: 0 to 50 is possible");
        Check(parsed.GetValue(Threads) is >= 0 and <= 256, $"--threads {parsed.GetValue(Threads)}: 0 to 256 is possible");
        return new BenchRequest
        {
            Source = parsed.GetValue(Source)!, Streams = streams, Fps = fps, Model = parsed.GetValue(Model)!, Detector = parsed.GetValue(Detector) ?? "",
            Folders = parsed.GetValue(Models) ?? [], Duration = TimeSpan.FromSeconds(seconds), Provider = parsed.GetValue(Ep)!, Threads = parsed.GetValue(Threads),
            People = people, Search = !parsed.GetValue(NoSearch),
        };
    }

    private static void Check(bool good, string problem)
    {
        if (!good) { throw new UserError(ExitCode.Usage, problem, "edgepose bench --help"); }
    }
}
