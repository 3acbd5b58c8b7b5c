using System.CommandLine;
using System.Globalization;
using EdgePose.Cli;
using EdgePose.Domain;
using EdgePose.Workshop.Replay;

namespace EdgePose.Workshop.Verbs.Replay;

/// <summary>Rules over recordings: the test of a configuration.</summary>
internal static class ReplayCommand
{
    private static readonly Argument<string[]> Sources = new("source") { Description = "Recordings (.poses) or a folder of them, or one video clip", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string> Stream = new("--stream") { Description = "Whose rules (default: the recorded stream, or the only one)" };
    private static readonly Option<string> Speed = new("--speed") { Description = "1 = real time, 2 = twice as fast, …, or max", DefaultValueFactory = _ => "max" };
    private static readonly Option<string> Events = new("--events") { Description = "Write the events to this file, one JSON line each" };
    private static readonly Option<string> Expect = new("--expect") { Description = "Compare with this file of events; differences exit with 7" };
    private static readonly Option<double> Tolerance = new("--tolerance") { Description = "Seconds by which an event may differ from the expected one", DefaultValueFactory = _ => 0.5 };
    private static readonly Option<string> Shadow = new("--shadow") { Description = "Run the rules of this configuration beside, and say what they would have raised" };
    private static readonly Option<DateTimeOffset?> Start = new("--start") { Description = "When a clip is said to begin, for schedules (default: 2000-01-01T00:00:00Z)" };

    public static Verb Create() => Verb.Create(
        "replay", "Runs the rules again over recorded key-points or a clip: the same recording gives the same events.",
        ["edgepose replay recordings/front --config edgepose.yaml --shadow changed.yaml", "edgepose replay clip.mp4 --config edgepose.yaml --stream front --expect golden.jsonl"],
        [Sources, ConfigOptions.Config, ConfigOptions.Set, Stream, Speed, Events, Expect, Tolerance, Shadow, Start],
        RunAsync);

    private static async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var request = new ReplayRequest
        {
            Sources = parsed.GetValue(Sources)!, ConfigPath = ConfigOptions.Path(parsed), Overrides = parsed.GetValue(ConfigOptions.Set) ?? [],
            Stream = parsed.GetValue(Stream) ?? "", Speed = ReadSpeed(parsed.GetValue(Speed)!), Expect = parsed.GetValue(Expect) ?? "",
            Tolerance = ReadTolerance(parsed.GetValue(Tolerance)), Shadow = parsed.GetValue(Shadow) ?? "",
        };
        if (parsed.GetValue(Start) is { } start) { request = request with { Start = start.ToUniversalTime() }; }
        var show = !parsed.GetValue(Verb.Json) && !parsed.GetValue(Verb.Quiet);
        var report = await Replaying.RunAsync(request, line => { if (show) { ReplayReportText.WriteEvent(line); } }, TimeProvider.System, stop);
        if (parsed.GetValue(Events) is { } file) { WriteEvents(file, report.Events); }
        if (parsed.GetValue(Verb.Json)) { Output.Json(report, WorkshopJson.Default.ReplayReport); }
        else { ReplayReportText.Write(report); }
        return report.Code;
    }

    private static void WriteEvents(string file, IReadOnlyList<EventLine> events)
    {
        try { File.WriteAllLines(file, events.Select(e => e.ToJson())); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError(ExitCode.Failed, $"{file}: {e.Message}");
        }
    }

    private static double ReadSpeed(string text)
    {
        if (text == "max") { return 0; }
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var speed) && speed is >= 0.01 and <= 10_000 ? speed
            : throw new UserError(ExitCode.Usage, $"--speed {text}: expected max, or a number 0.01–10000");
    }

    private static TimeSpan ReadTolerance(double seconds) =>
        seconds is >= 0 and <= 3600 ? TimeSpan.FromSeconds(seconds) : throw new UserError(ExitCode.Usage, FormattableString.Invariant($"--tolerance {seconds}: expected seconds, 0–3600"));
}
