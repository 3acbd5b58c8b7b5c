using System.CommandLine;
using EdgePose.Domain;
using EdgePose.Service;
using EdgePose.Service.Checks;
using EdgePose.Service.Configuration;

namespace EdgePose.Cli;

/// <summary>Everything that can be known before running, in one report.</summary>
internal static class CheckCommand
{
    private static readonly Option<bool> Offline = new("--offline") { Description = "Do not contact cameras and broker" };
    private static readonly Option<bool> Stdout = new("--stdout") { Description = "For a configuration that is run with --stdout, which needs no broker" };
    private static readonly Option<bool> Strict = new("--strict") { Description = "Warnings fail too" };
    private static readonly Option<bool> Schema = new("--schema") { Description = "Print the JSON Schema of the configuration for editors" };
    private static readonly Option<bool> Manual = new("--manual") { Description = "Print the annotated configuration: every key with its meaning, limits and default" };

    public static Verb Create() => Verb.Create(
        "check", "Checks configuration, runtime libraries, models and cameras; reports every problem at once.",
        ["edgepose check --config /etc/edgepose/edgepose.yaml", "edgepose check --offline --json"],
        [ConfigOptions.Config, ConfigOptions.Set, Offline, Stdout, Strict, Schema, Manual],
        RunAsync);

    private static async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        if (parsed.GetValue(Schema))
        {
            Console.Write(ConfigDocuments.Schema());
            return ExitCode.Ok;
        }
        if (parsed.GetValue(Manual))
        {
            Console.Write(ConfigDocuments.Manual());
            return ExitCode.Ok;
        }
        var request = new RunRequest { ConfigPath = ConfigOptions.Path(parsed), Overrides = parsed.GetValue(ConfigOptions.Set) ?? [], Stdout = parsed.GetValue(Stdout) };
        var report = await new Checkup(request, parsed.GetValue(Offline), parsed.GetValue(Strict), TimeProvider.System).RunAsync(stop);
        if (parsed.GetValue(Verb.Json)) { Output.Json(report, CliJson.Default.CheckReport); }
        else { Write(report, parsed.GetValue(Verb.Quiet)); }
        return (ExitCode)report.ExitCode;
    }

    private static void Write(CheckReport report, bool quiet)
    {
        foreach (var finding in report.Findings)
        {
            switch (finding.Verdict)
            {
                case Verdict.Ok when !quiet: Console.WriteLine($"ok    {finding.Section,-8} {finding.Text}"); break;
                case Verdict.Warning or Verdict.Error: Console.WriteLine(finding.Text); break;
            }
        }
        Console.WriteLine($"{Count(report.Errors, "error")}, {Count(report.Warnings, "warning")}");
    }

    private static string Count(int n, string word) => n == 1 ? $"1 {word}" : $"{n} {word}s";
}
