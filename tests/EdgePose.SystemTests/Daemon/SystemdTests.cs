using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using EdgePose.Peers;

namespace EdgePose.SystemTests.Daemon;

/// <summary>What the daemon says to systemd, received as systemd would.</summary>
public sealed class SystemdTests(DaemonFixture fixture)
{
    [Fact]
    public async Task Notifications_AreReadyStatusWatchdogReloadingAndStopping()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        using var site = Site.OfFigures();
        site.Configure(broker.Port, Site.Loop("clip", fixture.Figure));
        var path = Path.Combine(site.Folder, "notify");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        var seen = new ConcurrentQueue<string>();
        using var stop = new CancellationTokenSource();
        var receiving = ReceiveAsync(socket, seen, stop.Token);

        await using var daemon = site.With("NOTIFY_SOCKET", path).With("WATCHDOG_USEC", "4000000").Run();
        await UntilAsync("READY=1");
        await UntilAsync("STATUS=1 of 1 streams online, broker connected");
        await UntilAsync("WATCHDOG=1");
        seen.Clear();
        await UntilAsync("WATCHDOG=1"); // again and again
        daemon.Signal(EdgePoseProcess.SigHup);
        await UntilAsync("RELOADING=1\nMONOTONIC_USEC=");
        await UntilAsync("READY=1");
        daemon.Signal(EdgePoseProcess.SigTerm);
        Assert.Equal(0, await daemon.WaitForExitAsync(Tools.Patience));
        await UntilAsync("STOPPING=1");
        await stop.CancelAsync();
        await receiving;

        Task UntilAsync(string text) => Tools.UntilAsync(
            () => Task.FromResult(seen.Any(s => s.Contains(text, StringComparison.Ordinal))),
            () => $"no {text} among:\n{string.Join('\n', seen)}\n{string.Join('\n', daemon.Log)}");
    }

    [Fact]
    public async Task LogUnderJournald_CarriesPriorities()
    {
        using var site = Site.OfFigures().With("JOURNAL_STREAM", "8:1");
        site.Configure(0, $"clip: {{ url: {fixture.ShortFigure}, pace: max }}");
        var result = await site.RunVerbAsync("run", "--config", site.ConfigPath, "--stdout", "--until-end");
        Assert.Equal(0, result.ExitCode);
        Assert.All(result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => Assert.Matches("^<[2-7]>", l));
    }

    private static async Task ReceiveAsync(Socket socket, ConcurrentQueue<string> seen, CancellationToken stop)
    {
        var buffer = new byte[4096];
        try
        {
            while (true) { seen.Enqueue(Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, stop))); }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            seen.Enqueue("closed");
        }
    }
}
