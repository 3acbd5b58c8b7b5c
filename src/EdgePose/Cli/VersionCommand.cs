using EdgePose.Domain;
using EdgePose.Service;

namespace EdgePose.Cli;

internal static class VersionCommand
{
    public static Verb Create() => Verb.Create(
        "version", "Versions of EdgePose and of everything it runs on.",
        ["edgepose version", "edgepose version --json"], [],
        async (parsed, stop) =>
        {
            var versions = await Versions.CollectAsync(stop);
            if (parsed.GetValue(Verb.Json)) { Output.Json(versions, CliJson.Default.Versions); }
            else
            {
                foreach (var (name, value) in versions.Rows()) { Console.WriteLine($"{name,-14} {value}"); }
            }
            return ExitCode.Ok;
        });
}
