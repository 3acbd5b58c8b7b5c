using System.CommandLine;
using System.CommandLine.Completions;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using EdgePose.Domain;
using EdgePose.Service.Logs;

namespace EdgePose.Cli;

/// <summary>A command with two examples, the shared options, and one place where failures become texts and exit codes.</summary>
internal sealed class Verb : Command
{
    public static readonly IReadOnlyList<string> RootExamples =
        ["edgepose probe rtsp://192.168.1.20/stream2", "edgepose run --config /etc/edgepose/edgepose.yaml"];

    public static readonly Option<bool> Json = new("--json") { Description = "One JSON document on standard output (JSON Lines for streams)" };
    public static readonly Option<bool> Quiet = new("--quiet", "-q") { Description = "Warnings and errors only" };
    public static readonly Option<bool> Verbose = new("--verbose", "-v") { Description = "More detail; -vv also shows stack traces", Arity = ArgumentArity.Zero };
    public static readonly Option<bool> NoColor = new("--no-color") { Description = "Plain text; also with NO_COLOR set" };

    private Verb(string name, string description, IReadOnlyList<string> examples) : base(name, description) => Examples = examples;

    public IReadOnlyList<string> Examples { get; }

    /// <summary>Creates a verb whose <paramref name="action"/> returns the exit code; it may throw <see cref="UserError"/>.</summary>
    public static Verb Create(
        string name, string description, IReadOnlyList<string> examples, IEnumerable<Symbol> symbols,
        Func<ParseResult, CancellationToken, Task<ExitCode>> action)
    {
        var verb = new Verb(name, description, examples);
        foreach (var symbol in symbols.Concat([Json, Quiet, Verbose, NoColor]))
        {
            switch (symbol)
            {
                case Argument argument: verb.Add(argument); break;
                case Option option: verb.Add(Described(option)); break;
                case Command command: verb.Add(command); break;
            }
        }
        verb.SetAction((parsed, _) => GuardAsync(parsed, action));
        return verb;
    }

    /// <summary>The words that an option takes stand in its text, which can be folded; the library would print them as one long name.</summary>
    private static Option Described(Option option)
    {
        string[] words = [.. option.GetCompletions(CompletionContext.Empty).Select(c => c.Label)];
        if (option.ValueType == typeof(bool) || option.HelpName is not null || words.Length < 2) { return option; }
        option.HelpName = "word";
        option.Description = $"{option.Description}: {string.Join(", ", words)}";
        return option;
    }

    /// <summary>A verb that only groups others.</summary>
    public static Verb Group(string name, string description, IReadOnlyList<string> examples, IEnumerable<Command> verbs)
    {
        var group = new Verb(name, description, examples);
        foreach (var verb in verbs) { group.Add(verb); }
        return group;
    }

    /// <summary>How often <see cref="Verbose"/> was given.</summary>
    public static int Verbosity(ParseResult parsed) => parsed.GetResult(Verbose)?.IdentifierTokenCount ?? 0;

    /// <summary>True when colours and live displays are welcome.</summary>
    public static bool IsInteractive(ParseResult parsed) =>
        !Console.IsOutputRedirected && !parsed.GetValue(Json) && !parsed.GetValue(NoColor) && Environment.GetEnvironmentVariable("NO_COLOR") is null;

    [SuppressMessage("Design", "CA1031", Justification = "The outermost boundary: an unexpected failure becomes exit code 1 with its text.")]
    private static async Task<int> GuardAsync(ParseResult parsed, Func<ParseResult, CancellationToken, Task<ExitCode>> action)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = OnSignal(PosixSignal.SIGINT, stop);
        using var terminate = OnSignal(PosixSignal.SIGTERM, stop);
        try
        {
            return (int)await action(parsed, stop.Token);
        }
        catch (UserError e)
        {
            await Console.Error.WriteLineAsync($"edgepose: {e.Message}");
            if (e.Hint.Length > 0) { await Console.Error.WriteLineAsync($"try: {e.Hint}"); }
            return (int)e.Code;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return (int)ExitCode.Interrupted;
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"edgepose: internal error: {(Verbosity(parsed) > 1 ? e.ToString() : BriefException.Describe(e))}");
            await Console.Error.WriteLineAsync("try: the same command with -vv, and report what it prints");
            return (int)ExitCode.Failed;
        }
    }

    /// <summary>The first signal asks, the second one ends the process within a second.</summary>
    private static PosixSignalRegistration OnSignal(PosixSignal signal, CancellationTokenSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            if (stop.IsCancellationRequested) { Environment.Exit((int)ExitCode.Interrupted); }
            stop.Cancel();
        });
}
