using System.Diagnostics;
using EdgePose.Peers;
using EdgePose.SystemTests.Peers;

namespace EdgePose.SystemTests.Daemon;

/// <summary>F01, F02, F05, F06: the camera goes away, silently or with a clean end, and comes back. Seen from the broker.</summary>
public sealed class F01_CameraVanishesTests(DaemonFixture fixture, ITestOutputHelper output)
{
    [Fact]
    public async Task ServerKilledAndRestarted_PosesAreBackInANewEpochWithNewTracks()
    {
        using var server = new RtspServer(fixture.Figure);
        await RunAsync(server, "unreachable", server.Kill, server.Start);
    }

    [Fact]
    public async Task ServerFrozenAndResumed_PosesAreBackInANewEpochWithNewTracks()
    {
        using var server = new RtspServer(fixture.Figure);
        await RunAsync(server, "stalled", server.Suspend, server.Resume);
    }

    [Fact]
    public async Task ServerFrozenAndRestarted_PosesAreBackInANewEpochWithNewTracks()
    {
        using var server = new RtspServer(fixture.Figure);
        await RunAsync(server, "stalled", server.Suspend, () =>
        {
            server.Kill();
            server.Start();
        });
    }

    private async Task RunAsync(RtspServer server, string state, Action vanish, Action comeBack)
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var sub = await MosquittoSub.StartAsync(broker);
        using var site = Site.OfFigures();
        site.Configure(broker.Port, $"cam: {server.Url}", more: "log: { level: debug }\n");
        await using var daemon = site.Run();
        var first = await PoseMessage.WaitAsync(sub, daemon, "cam");

        var clock = Stopwatch.StartNew();
        vanish();
        await sub.WaitForAsync(m => m.Topic == Site.Topic("streams/cam/state") && m.Payload.Contains($"\"state\":\"{state}\"", StringComparison.Ordinal));
        var noticed = clock.Elapsed;
        Assert.Equal("offline", sub.Seen.Last(m => m.Topic == Site.Topic("streams/cam/availability")).Payload);
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.DoesNotContain(PoseMessage.Of(sub, "cam"), p => p.Epoch != first.Epoch);

        comeBack();
        clock.Restart();
        await PoseMessage.WaitAsync(sub, daemon, "cam", first.Epoch);
        var back = clock.Elapsed.TotalSeconds;
        output.WriteLine(string.Join('\n', daemon.Log));
        output.WriteLine($"{state} after {noticed.TotalSeconds:0.0} s, poses again {back:0.0} s after the return");

        var byEpoch = PoseMessage.Of(sub, "cam").ToLookup(p => p.Epoch, p => p.People.Select(x => x.Track));
        var before = byEpoch[first.Epoch].SelectMany(t => t).ToHashSet();
        Assert.All(byEpoch.Where(e => e.Key != first.Epoch).SelectMany(e => e).SelectMany(t => t), t => Assert.DoesNotContain(t, before));
        await sub.WaitForAsync(m => m.Topic == Site.Topic("streams/cam/state") && m.Payload.Contains("\"state\":\"online\"", StringComparison.Ordinal)
            && !m.Payload.Contains($"\"epoch\":{first.Epoch},", StringComparison.Ordinal));
    }
}
