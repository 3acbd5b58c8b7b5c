using System.CommandLine;
using EdgePose.Service;

namespace EdgePose.Cli;

/// <summary>The daemon.</summary>
internal static class RunCommand
{
    private static readonly Option<bool> Stdout = new("--stdout") { Description = "Print the messages as JSON Lines instead of connecting to a broker" };
    private static readonly Option<string> RequireEp = new("--require-ep") { Description = "Fail unless every network runs on this execution provider" };
    private static readonly Option<bool> UntilEnd = new("--until-end") { Description = "End when every source is a recording that has been read" };

    public static Verb Create() => Verb.Create(
        "run", "Runs the daemon: cameras in, pose messages out. SIGTERM stops it cleanly, SIGHUP reloads the configuration.",
        ["edgepose run --config /etc/edgepose/edgepose.yaml", "edgepose run --config cameras.yaml --stdout --set streams.front.fps=2"],
        [ConfigOptions.Config, ConfigOptions.Set, Stdout, RequireEp, UntilEnd],
        (parsed, stop) => DaemonRunner.RunAsync(new RunRequest
        {
            ConfigPath = ConfigOptions.Path(parsed),
            Overrides = parsed.GetValue(ConfigOptions.Set) ?? [],
            RequireProvider = parsed.GetValue(RequireEp) ?? "",
            Stdout = parsed.GetValue(Stdout) || parsed.GetValue(Verb.Json),
            UntilEnd = parsed.GetValue(UntilEnd),
            LogLevel = parsed.GetValue(Verb.Quiet) ? "warning" : Verb.Verbosity(parsed) > 0 ? "debug" : "",
            Traces = Verb.Verbosity(parsed) > 1,
        }, stop));
}
