using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using EdgePose.Domain;
using EdgePose.Service;

namespace EdgePose.Cli;

/// <summary>The verbs of <c>edgepose</c>. Results go to standard output, everything else to standard error; nothing ever prompts.</summary>
internal static class CommandLine
{
    /// <param name="args">The command line without the program's name.</param>
    /// <param name="others">The verbs of the workshop, made only after the limits of the process have been looked at.</param>
    public static Task<int> InvokeAsync(string[] args, Func<IEnumerable<Verb>> others)
    {
        // Before the libraries of the command line take the descriptors that are left.
        if (ProcessLimits.Find(streams: 0) is not { } limit) { return ParseAsync(args, others()); }
        Console.Error.WriteLine($"edgepose: {limit.Problem}\ntry: {limit.Hint}");
        return Task.FromResult((int)ExitCode.Failed);
    }

    private static async Task<int> ParseAsync(string[] args, IEnumerable<Verb> others)
    {
        var root = Build(others);
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) { await Console.Error.WriteLineAsync($"edgepose: {error.Message}"); }
            await Console.Error.WriteLineAsync($"try: edgepose {Words(parsed.CommandResult)}--help");
            return (int)ExitCode.Usage;
        }
        // The verbs handle signals themselves: a daemon drains, a second signal cuts it short.
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        return await parsed.InvokeAsync(configuration);
    }

    /// <summary>The verbs down to <paramref name="command"/>, such as <c>models list </c>.</summary>
    private static string Words(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{Words(parent)}{command.Command.Name} " : "";

    public static RootCommand Build(IEnumerable<Verb> others)
    {
        var root = new RootCommand("EdgePose: multi-person pose from cameras to MQTT, on the board.");
        foreach (var verb in (IEnumerable<Verb>)[RunCommand.Create(), TopCommand.Create(), CheckCommand.Create(), .. others, VersionCommand.Create()]) { root.Add(verb); }
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new ExamplesFirst((HelpAction)help.Action!);
        return root;
    }

    /// <summary>Begins each help text with the verb's examples.</summary>
    private sealed class ExamplesFirst(HelpAction inner) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var output = parseResult.InvocationConfiguration.Output;
            IReadOnlyList<string> examples = parseResult.CommandResult.Command is Verb verb ? verb.Examples : Verb.RootExamples;
            output.WriteLine("Examples:");
            foreach (var example in examples) { output.WriteLine($"  {example}"); }
            output.WriteLine();
            return inner.Invoke(parseResult);
        }
    }
}
