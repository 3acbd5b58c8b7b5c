using EdgePose.Domain;
using EdgePose.Service.Observe;
using Spectre.Console;

namespace EdgePose.Cli.Top;

/// <summary>The table on a terminal, drawn anew each second; <c>q</c> ends, <c>s</c> sorts by the next column, <c>p</c> pauses.</summary>
internal sealed class LiveTop(StatusClient client)
{
    private static readonly TimeSpan KeyInterval = TimeSpan.FromMilliseconds(50);

    private TopOrder _order;
    private bool _paused, _quit, _changed;
    private NodeSnapshot? _shown, _before;

    /// <summary>Runs until <c>q</c> or <paramref name="stop"/>.</summary>
    /// <exception cref="UserError">The daemon has ended.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await AnsiConsole.Live(new Text("waiting for the daemon")).StartAsync(async context =>
        {
            var reading = ReadAsync(end.Token);
            while (!_quit && !reading.IsCompleted)
            {
                await Task.WhenAny(reading, Task.Delay(KeyInterval, stop));
                stop.ThrowIfCancellationRequested();
                ReadKeys();
                if (_changed && _shown is { } node) { context.UpdateTarget(TopView.Draw(node, _before, _order, Footer(), AnsiConsole.Profile.Width)); }
                _changed = false;
            }
            await end.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (reading.Exception?.InnerException is { } failure) { throw failure; }
        });
        if (!_quit) { throw StatusClient.Ended(served: _shown is not null); }
    }

    // While it is paused the lines are still read, or the daemon would drop a client that seems to hang.
    private async Task ReadAsync(CancellationToken stop)
    {
        await foreach (var line in client.LinesAsync(stop))
        {
            if (!_paused) { (_before, _shown, _changed) = (_shown, StatusClient.Parse(line), true); }
        }
    }

    private void ReadKeys()
    {
        while (!Console.IsInputRedirected && Console.KeyAvailable) { Press(Console.ReadKey(intercept: true).KeyChar); }
    }

    internal void Press(char key)
    {
        switch (char.ToLowerInvariant(key))
        {
            case 'q': _quit = true; break;
            case 'p': (_paused, _changed) = (!_paused, true); break;
            case 's': (_order, _changed) = ((TopOrder)(((int)_order + 1) % Enum.GetValues<TopOrder>().Length), true); break;
        }
    }

    internal string Footer() => $"q quit   s sort (by {_order.ToString().ToLowerInvariant()})   p {(_paused ? "go on (paused)" : "pause")}";
}
