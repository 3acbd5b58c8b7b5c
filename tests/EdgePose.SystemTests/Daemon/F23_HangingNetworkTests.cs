using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using EdgePose.Peers;
using EdgePose.SystemTests.Peers;

namespace EdgePose.SystemTests.Daemon;

/// <summary>A real network that counts for days as soon as it sees a picture, in the real daemon, watched as systemd would.</summary>
public sealed class F23_HangingNetworkTests(DaemonFixture fixture, ITestOutputHelper output)
{
    private const string Hanging = "hanging";

    [Fact]
    public async Task EveryRunHangs_RunsAreEndedAndAfterTheSecondTheWatchdogStarves()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var sub = await MosquittoSub.StartAsync(broker);
        using var site = Place(broker, clip => $"clip: {{ url: {clip}, loop: true, pose: {{ model: {Hanging} }} }}");
        using var systemd = new Watchdog(site);

        await using var daemon = site.Run();
        await systemd.UntilAsync("READY=1", daemon);
        await daemon.WaitForLogAsync("(1 in a row on this device)");
        await systemd.UntilAsync("WATCHDOG=1", daemon);
        await daemon.WaitForLogAsync("(2 in a row on this device)");
        var missed = TimeProvider.System.GetTimestamp();
        // The datagrams of a second that has begun may still come.
        await Task.Delay(TimeSpan.FromSeconds(2));
        systemd.Forget();
        await Task.Delay(TimeSpan.FromSeconds(5));
        Assert.DoesNotContain(systemd.Seen, s => s.Contains("WATCHDOG=1", StringComparison.Ordinal));
        // systemd waits for WatchdogSec=30s after the last sign of life; everything before that is the daemon's part.
        output.WriteLine($"fed for the last time less than {TimeProvider.System.GetElapsedTime(missed).TotalSeconds - 5:0.0} s after the second miss");
        Assert.False(daemon.HasExited);
        var status = await sub.WaitForAsync(m => m.Topic == Site.Topic("status") && m.Payload.Contains("\"failing\"", StringComparison.Ordinal));
        Assert.Contains("inference makes no progress", status.Payload, StringComparison.Ordinal);
        Assert.Contains("stream clip: the network took longer than inference.run_deadline", status.Payload, StringComparison.Ordinal);
        Assert.Contains(daemon.Log, l => l.Contains("model hanging: a run took longer than 1 s", StringComparison.Ordinal));
        daemon.Signal(EdgePoseProcess.SigTerm);
        Assert.Equal(0, await daemon.WaitForExitAsync(Tools.Patience));
    }

    [Fact]
    public async Task NetworkOfOneStreamHangs_TheOtherGoesOnAndTheWatchdogIsFed()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var sub = await MosquittoSub.StartAsync(broker);
        using var site = Place(broker, clip => $$"""
            bad: { url: {{clip}}, loop: true, pose: { model: {{Hanging}} } }
            {{Site.Loop("good", fixture.Figure)}}
            """);
        using var systemd = new Watchdog(site);
        await using var daemon = site.Run();
        await PoseMessage.WaitAsync(sub, daemon, "good");
        // Two misses with good frames in between, then a pause of ten seconds.
        await Tools.UntilAsync(
            () => Task.FromResult(daemon.Log.Count(l => l.Contains("a run took longer", StringComparison.Ordinal)) >= 2), () => string.Join('\n', daemon.Log));
        systemd.Forget();
        sub.Forget();
        await Tools.UntilAsync(() => Task.FromResult(PoseMessage.Of(sub, "good").Count >= 10), () => $"the good stream stands:\n{string.Join('\n', daemon.Log)}");
        await systemd.UntilAsync("WATCHDOG=1", daemon);
        var state = await sub.WaitForAsync(m => m.Topic == Site.Topic("status") && m.Payload.Contains("run_deadline", StringComparison.Ordinal));
        Assert.Contains("\"degraded\"", state.Payload, StringComparison.Ordinal);
        Assert.DoesNotContain("stream good: the network", state.Payload, StringComparison.Ordinal);
    }

    private static Site Place(MosquittoBroker broker, Func<string, string> streams)
    {
        var site = Site.OfFigures();
        NetworkFolder.Add(site.Folder, Hanging, 1e12f);
        return site.Configure(broker.Port, streams(Clip.Make(site.Folder, 5)), more: "inference: { run_deadline: 1s, threads: 1 }\n");
    }

    /// <summary>The socket that systemd would listen on, with a watchdog of four seconds.</summary>
    private sealed class Watchdog : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        private readonly CancellationTokenSource _stop = new();
        private readonly ConcurrentQueue<string> _seen = new();

        public Watchdog(Site site)
        {
            var path = Path.Combine(site.Folder, "notify");
            _socket.Bind(new UnixDomainSocketEndPoint(path));
            site.With("NOTIFY_SOCKET", path).With("WATCHDOG_USEC", "4000000");
            _ = ReceiveAsync();
        }

        public IEnumerable<string> Seen => _seen;

        public void Forget() => _seen.Clear();

        public Task UntilAsync(string text, EdgePoseProcess daemon) => Tools.UntilAsync(
            () => Task.FromResult(_seen.Any(s => s.Contains(text, StringComparison.Ordinal))), () => $"no {text} among:\n{string.Join('\n', _seen)}\n{string.Join('\n', daemon.Log)}");

        private async Task ReceiveAsync()
        {
            var buffer = new byte[4096];
            try
            {
                while (true) { _seen.Enqueue(Encoding.UTF8.GetString(buffer, 0, await _socket.ReceiveAsync(buffer, _stop.Token))); }
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                _seen.Enqueue("closed");
            }
        }

        public void Dispose()
        {
            _stop.Cancel();
            _socket.Dispose();
            _stop.Dispose();
        }
    }
}
