using System.CommandLine;
using EdgePose.Cli.Top;
using EdgePose.Domain;
using EdgePose.Service.Observe;
using Spectre.Console;

namespace EdgePose.Cli;

/// <summary>What the daemon on this machine is doing, read from its status socket.</summary>
internal static class TopCommand
{
    private const int PlainWidth = 160;

    private static readonly Option<string> Socket = new("--socket") { Description = "Status socket of the daemon (default: $RUNTIME_DIRECTORY, /run/edgepose, then the user's own)" };
    private static readonly Option<bool> Once = new("--once") { Description = "One snapshot, also on a terminal" };

    public static Verb Create() => Verb.Create(
        "top", "Shows the streams of the running daemon: state, rates, age of the frames, people. Keys: q quit, s sort, p pause. Without a terminal it prints one snapshot.",
        ["edgepose top", "edgepose top --json --once"],
        [Socket, Once],
        RunAsync);

    private static async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        using var client = await StatusClient.ConnectAsync(parsed.GetValue(Socket) ?? "", stop);
        var once = parsed.GetValue(Once);
        if (Verb.IsInteractive(parsed) && !once)
        {
            await new LiveTop(client).RunAsync(stop);
            return ExitCode.Ok;
        }
        var served = false;
        await foreach (var line in client.LinesAsync(stop))
        {
            served = true;
            // Looked at first: nobody's control characters go to a terminal.
            var node = StatusClient.Parse(line);
            if (parsed.GetValue(Verb.Json)) { Console.WriteLine(line); }
            else { Write(Plain(parsed), node); }
            if (once || !parsed.GetValue(Verb.Json)) { return ExitCode.Ok; }
        }
        throw StatusClient.Ended(served);
    }

    private static void Write(IAnsiConsole console, NodeSnapshot node) => console.Write(TopView.Draw(node, null, TopOrder.Name, "", console.Profile.Width));

    private static IAnsiConsole Plain(ParseResult parsed)
    {
        var plain = !Verb.IsInteractive(parsed);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect, Out = new AnsiConsoleOutput(Console.Out) });
        if (plain) { console.Profile.Width = PlainWidth; }
        return console;
    }
}
