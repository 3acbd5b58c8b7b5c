using System.CommandLine;
using System.Globalization;
using EdgePose.Cli;
using EdgePose.Domain;
using EdgePose.Workshop.Models;
using Spectre.Console;

namespace EdgePose.Workshop.Verbs.Models;

/// <summary>Fetches a model from its public release address.</summary>
internal static class PullCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "Model name, as models list shows it" };

    public static Verb Create(Option<string[]> folders) => Verb.Create(
        "pull", "Downloads a model from the address in its descriptor and checks its SHA-256. Goes on where an earlier download broke off.",
        ["edgepose models pull rtmpose-m", "edgepose models pull yolox-s --models ~/models"], [Name, folders],
        (parsed, stop) => RunAsync(parsed, parsed.GetValue(folders) ?? [], stop));

    private static async Task<ExitCode> RunAsync(ParseResult parsed, IReadOnlyList<string> folders, CancellationToken stop)
    {
        var name = parsed.GetRequiredValue(Name);
        DownloadedModel result;
        if (!Verb.IsInteractive(parsed) || Console.IsErrorRedirected)
        {
            result = await ModelInstallation.PullAsync(folders, name, parsed.GetValue(Verb.Quiet) ? null : new Tenths(), stop);
        }
        else
        {
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
            result = await console.Progress().AutoClear(true)
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
                .StartAsync(context => ModelInstallation.PullAsync(folders, name, new Bar(context.AddTask(Markup.Escape(name))), stop));
        }
        if (parsed.GetValue(Verb.Json)) { Output.Json(result, WorkshopJson.Default.DownloadedModel); }
        else { Console.WriteLine($"{result.Path}: {result.Bytes / 1e6:0.0} MB, sha256 {result.Sha256}{(result.AlreadyInstalled ? " (was there already)" : "")}"); }
        if (!parsed.GetValue(Verb.Json))
        {
            Console.WriteLine($"licence: {result.Licence}");
            if (result.Note.Length > 0) { Console.WriteLine($"note: {result.Note}"); }
        }
        return ExitCode.Ok;
    }

    private sealed class Bar(ProgressTask task) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value)
        {
            if (value.Total is { } total) { task.MaxValue = total; }
            task.IsIndeterminate = value.Total is null;
            task.Value = value.Received;
        }
    }

    /// <summary>One line for each tenth; without a known length, one for each 16 MB.</summary>
    private sealed class Tenths : IProgress<DownloadProgress>
    {
        private long _last = -1;

        public void Report(DownloadProgress value)
        {
            var step = value.Total is > 0 and { } total ? 10 * value.Received / total : value.Received >> 24;
            if (step <= _last) { return; }
            _last = step;
            var of = value.Total is { } all ? string.Create(CultureInfo.InvariantCulture, $" of {all / 1e6:0.0}") : "";
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{value.Received / 1e6:0.0}{of} MB"));
        }
    }
}
