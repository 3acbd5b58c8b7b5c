using System.CommandLine;
using EdgePose.Domain;

namespace EdgePose.Cli;

/// <summary>The options of the verbs that read a configuration.</summary>
internal static class ConfigOptions
{
    private static readonly string[] Places = ["edgepose.yaml", "/etc/edgepose/edgepose.yaml"];

    public static readonly Option<string> Config = new("--config", "-c") { Description = "Configuration file (default: ./edgepose.yaml, then /etc/edgepose/edgepose.yaml)" };
    public static readonly Option<string[]> Set = new("--set") { Description = "Overrides one key, such as streams.front.fps=5; may be given more than once" };

    public static string Path(ParseResult parsed) => parsed.GetValue(Config) ?? Places.FirstOrDefault(File.Exists)
        ?? throw new UserError(ExitCode.Configuration, $"no configuration found at {string.Join(" or ", Places)}", "--config FILE; edgepose probe URL prints a block to start from");
}
