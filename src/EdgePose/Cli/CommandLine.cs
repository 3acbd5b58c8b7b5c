using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using EdgePose.Domain;
using EdgePose.Service;
using EdgePose.Service.Logs;
using EdgePose.Settings;
using EdgePose.Settings.Problems;

namespace EdgePose.Cli;

/// <summary>The verbs of <c>edgepose</c>. Results go to standard output, everything else to standard error; nothing ever prompts.</summary>
internal static class CommandLine
{
    /// <param name="args">The command line without the program's name.</param>
    /// <param name="others">The verbs of the workshop, made only after the limits of the process have been looked at.</param>
    public static Task<int> InvokeAsync(string[] args, Func<IEnumerable<Verb>> others)
    {
        AppDomain.CurrentDomain.UnhandledException += (_, e) => EndWithoutTrace(args, (Exception)e.ExceptionObject);
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
            foreach (var text in Problems(parsed)) { await Console.Error.WriteLineAsync($"edgepose: {text}"); }
            await Console.Error.WriteLineAsync($"try: edgepose {Words(parsed.CommandResult)}--help");
            return (int)ExitCode.Usage;
        }
        // The verbs handle signals themselves: a daemon drains, a second signal cuts it short.
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        return await parsed.InvokeAsync(configuration);
    }

    /// <summary>A defect on a thread of nobody: the process ends, for nobody knows what still works, but without pages of our code.</summary>
    private static void EndWithoutTrace(string[] args, Exception failure)
    {
        var wantsTrace = args.Contains("-vv") || args.Count(a => a is "-v" or "--verbose") > 1;
        Console.Error.WriteLine($"edgepose: internal error: {(wantsTrace ? failure.ToString() : BriefException.Describe(failure))}");
        Console.Error.WriteLine("try: the same command with -vv, and report what it prints");
        Environment.Exit((int)ExitCode.Failed);
    }

    /// <summary>What is wrong with the line, with the name that was probably meant.</summary>
    private static IEnumerable<string> Problems(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        string[] verbs = [.. command.Subcommands.Select(c => c.Name)];
        foreach (var unknown in parsed.UnmatchedTokens)
        {
            var isOption = unknown.StartsWith('-');
            var names = isOption ? command.Options.SelectMany(o => o.Aliases.Append(o.Name)) : verbs;
            var kind = isOption ? "option" : verbs.Length > 0 ? "verb" : "argument";
            var meant = Suggest.Nearest(unknown, names);
            yield return $"there is no {kind} {Show.Value(unknown)}{(meant.Length > 0 ? $"; did you mean {meant}?" : "")}";
        }
        if (parsed.UnmatchedTokens.Count > 0) { yield break; }
        if (verbs.Length > 0)
        {
            yield return $"name a verb: {string.Join(", ", verbs)}";
            yield break;
        }
        foreach (var error in parsed.Errors) { yield return error.Message; }
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
            var width = Console.IsOutputRedirected ? int.MaxValue : Console.WindowWidth;
            foreach (var line in examples.SelectMany(e => Fold(e, width))) { output.WriteLine(line); }
            output.WriteLine();
            return inner.Invoke(parseResult);
        }

        /// <summary>An example on as many lines as a terminal needs, so that it can still be copied as a whole.</summary>
        private static IEnumerable<string> Fold(string example, int width)
        {
            const string Continued = " \\";
            var line = " ";
            foreach (var word in example.Split(' '))
            {
                if (line.Length > 6 && line.Length + 1 + word.Length + Continued.Length > width)
                {
                    yield return line + Continued;
                    line = "     ";
                }
                line += " " + word;
            }
            yield return line;
        }
    }
}
