using System.CommandLine;
using EdgePose.Domain;
using EdgePose.Hosting;
using Spectre.Console;

namespace EdgePose.Cli;

/// <summary>The models of this machine.</summary>
internal static class ModelsCommand
{
    private static readonly Option<string[]> Folders = new("--models") { Description = "Folder with model files; may be given more than once" };
    private static readonly Argument<string> Name = new("name") { Description = "Model name, as models list shows it" };
    private static readonly Argument<string[]> Names = new("names") { Description = "Model names; all installed ones when none is given", Arity = ArgumentArity.ZeroOrMore };

    public static Verb Create() => Verb.Group(
        "models", "Lists, explains, verifies and imports models.",
        ["edgepose models list", "edgepose models verify --models ~/models"],
        [
            Verb.Create("list", "All models that descriptors describe, and which are installed.",
                ["edgepose models list", "edgepose models list --models ~/models --json"], [Folders], (parsed, _) => Task.FromResult(List(parsed))),
            Verb.Create("info", "One model: inputs, outputs, licence, and the provider that runs it.",
                ["edgepose models info movenet-lightning", "edgepose models info litepose-m --models ~/models --json"], [Name, Folders],
                (parsed, _) => Task.FromResult(Info(parsed))),
            Verb.Create("verify", "Checks hash and contract and runs each model once.",
                ["edgepose models verify", "edgepose models verify movenet-lightning --json"], [Names, Folders], (parsed, _) => Task.FromResult(Verify(parsed))),
            ImportCommand.Create(),
        ]);

    private static ExitCode List(ParseResult parsed)
    {
        var models = ModelReports.List(parsed.GetValue(Folders) ?? []);
        if (parsed.GetValue(Verb.Json)) { Output.Json(models, CliJson.Default.IReadOnlyListModelReport); }
        else { Table(models); }
        return ExitCode.Ok;
    }

    private static ExitCode Verify(ParseResult parsed)
    {
        var models = ModelReports.Verify(parsed.GetValue(Folders) ?? [], parsed.GetValue(Names) ?? []);
        if (parsed.GetValue(Verb.Json)) { Output.Json(models, CliJson.Default.IReadOnlyListModelReport); }
        else { Table(models); }
        if (models.Count == 0) { throw new UserError(ExitCode.Model, "no model is installed", "./build.sh setup, or --models FOLDER"); }
        return models.All(m => m.Usable) ? ExitCode.Ok : ExitCode.Model;
    }

    private static ExitCode Info(ParseResult parsed)
    {
        var info = ModelReports.Info(parsed.GetValue(Folders) ?? [], parsed.GetRequiredValue(Name));
        if (parsed.GetValue(Verb.Json))
        {
            Output.Json(info, CliJson.Default.ModelInterface);
            return ExitCode.Ok;
        }
        var m = info.Model;
        (string, string)[] rows =
        [
            ("name", m.Name), ("task", m.Task), ("kind", m.Kind + (info.Detected == m.Kind ? " (as detected)" : "")), ("file", m.File), ("bytes", $"{m.Bytes}"),
            ("sha256", m.Sha256), ("input", info.Input), ("outputs", string.Join(", ", info.Outputs)), ("skeleton", m.Skeleton),
            ("provider", info.Provider + string.Concat(info.Fallbacks.Select(f => $"; not {f}"))), ("licence", m.Licence), ("source", m.Source),
        ];
        foreach (var (name, value) in rows.Where(r => r.Item2.Length > 0)) { Console.WriteLine($"{name,-10} {value}"); }
        return ExitCode.Ok;
    }

    private static void Table(IReadOnlyList<ModelReport> models)
    {
        var table = new Table().Border(TableBorder.None).AddColumns("name", "task", "kind", "input", "skeleton", "size", "state");
        foreach (var m in models)
        {
            table.AddRow(Markup.Escape(m.Name), m.Task, m.Kind, m.Input, Markup.Escape(m.Skeleton), m.Bytes is { } bytes ? $"{bytes / 1e6:0.0} MB" : "-", Markup.Escape(m.State));
        }
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected) { console.Profile.Width = 200; }
        console.Write(table);
    }
}
