using System.CommandLine;
using EdgePose.Cli;
using EdgePose.Domain;
using EdgePose.Networks.Models;
using EdgePose.Workshop.Models;
using Spectre.Console;

namespace EdgePose.Workshop.Verbs.Models;

/// <summary>The models of this machine.</summary>
internal static class ModelsCommand
{
    private static readonly Option<string[]> Folders = new("--models") { Description = "Folder with model files; may be given more than once" };
    private static readonly Option<string> Picture = new("--picture") { Description = "A picture with people (default: a frame of the demo clip, where it is)" };
    private static readonly Argument<string> Name = new("name") { Description = "Model name, as models list shows it" };
    private static readonly Argument<string[]> Names = new("names") { Description = "Model names; all installed ones when none is given", Arity = ArgumentArity.ZeroOrMore };

    public static Verb Create() => Verb.Group(
        "models", "Lists, explains, verifies, imports, downloads and removes models.",
        ["edgepose models list", "edgepose models pull rtmpose-m"],
        [
            Verb.Create("list", "All models that descriptors describe, and which are installed.",
                ["edgepose models list", "edgepose models list --models ~/models --json"], [Folders], (parsed, _) => Task.FromResult(List(parsed))),
            InfoCommand.Create(Folders),
            Verb.Create("verify", "Checks hash and contract, and tries each model on a picture with people.",
                ["edgepose models verify", "edgepose models verify movenet-lightning --picture street.jpg --json"], [Names, Folders, Picture], VerifyAsync),
            ImportCommand.Create(),
            GenerateCommand.Create(),
            PullCommand.Create(Folders),
            SpeedCommand.Create(Folders),
            Verb.Create("remove", "Deletes a model's files from the user's folder.",
                ["edgepose models remove rtmpose-m", "edgepose models remove my-model --models ~/models"], [Name, Folders],
                (parsed, _) => Task.FromResult(Remove(parsed))),
            Verb.Create("families", "Lists the families of networks that can be read, with their usual inputs.",
                ["edgepose models families", "edgepose models families --quiet"], [], (_, _) => Task.FromResult(Text(FamilyTable.Write()))),
            Verb.Create("schema", "Prints the JSON schema of model descriptors, for editors.",
                ["edgepose models schema", "edgepose models schema --quiet"], [], (_, _) => Task.FromResult(Text(DescriptorSchema.Write()))),
        ]);

    private static ExitCode List(ParseResult parsed)
    {
        var models = ModelReports.List(parsed.GetValue(Folders) ?? []);
        if (parsed.GetValue(Verb.Json)) { Output.Json(models, WorkshopJson.Default.IReadOnlyListModelReport); }
        else { Table(models); }
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> VerifyAsync(ParseResult parsed, CancellationToken stop)
    {
        var picture = await TrialPicture.LoadAsync(parsed.GetValue(Picture) ?? "", stop);
        var models = ModelReports.Verify(parsed.GetValue(Folders) ?? [], parsed.GetValue(Names) ?? [], picture);
        if (parsed.GetValue(Verb.Json)) { Output.Json(models, WorkshopJson.Default.IReadOnlyListModelReport); }
        else { Table(models); }
        if (models.Count == 0) { throw new UserError(ExitCode.Model, "no model is installed", "./build.sh setup, or --models FOLDER"); }
        return models.All(m => m.Usable) ? ExitCode.Ok : ExitCode.Model;
    }

    private static ExitCode Remove(ParseResult parsed)
    {
        var removed = ModelInstallation.Remove(parsed.GetValue(Folders) ?? [], parsed.GetRequiredValue(Name));
        if (parsed.GetValue(Verb.Json)) { Output.Json(removed, WorkshopJson.Default.IReadOnlyListString); }
        else
        {
            foreach (var path in removed) { Console.WriteLine($"removed {path}"); }
        }
        return ExitCode.Ok;
    }

    private static ExitCode Text(string text)
    {
        Console.Write(text);
        return ExitCode.Ok;
    }

    private static void Table(IReadOnlyList<ModelReport> models)
    {
        var table = new Table().Border(TableBorder.None).AddColumns("name", "task", "kind", "input", "skeleton", "size", "state");
        foreach (var m in models)
        {
            table.AddRow(Markup.Escape(m.Name), m.Task, m.Kind, m.Input, Markup.Escape(m.Skeleton), m.Bytes is { } bytes ? $"{bytes / 1e6:0.0} MB" : "-",
                Markup.Escape(m.Trial is { } trial ? $"{m.State}; {trial}" : m.State));
        }
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected) { console.Profile.Width = 200; }
        console.Write(table);
    }
}
