using System.Diagnostics;
using EdgePose.Peers;

namespace EdgePose.SystemTests.Daemon;

public sealed class F28_BrokerTests(DaemonFixture fixture, ITestOutputHelper output)
{
    private static readonly string[] RetainedTopics =
        ["availability", "info", "status", "streams/clip/availability", "streams/clip/state", "streams/clip/people"];

    [Fact]
    public async Task BrokerKilledAndBackWithoutMemory_RetainedTopicsAreBackAndPosesGoOn()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        using var site = Site.OfFigures();
        site.Configure(broker.Port, Site.Loop("clip", fixture.Figure));
        await using var daemon = site.Run();
        PoseMessage before;
        await using (var sub = await MosquittoSub.StartAsync(broker)) { before = await PoseMessage.WaitAsync(sub, daemon, "clip"); }

        broker.Kill();
        await Task.Delay(TimeSpan.FromSeconds(1));
        await broker.RestartAsync();
        var clock = Stopwatch.StartNew();
        await using var late = await MosquittoSub.StartAsync(broker);
        foreach (var topic in RetainedTopics) { await late.WaitForAsync(m => m.Topic == Site.Topic(topic)); }
        var retained = clock.Elapsed;
        var after = await PoseMessage.WaitAsync(late, daemon, "clip");
        output.WriteLine($"retained topics after {retained.TotalSeconds:0.0} s, poses after {clock.Elapsed.TotalSeconds:0.0} s");

        Assert.Equal(before.Epoch, after.Epoch); // the camera had nothing to do with it
        Assert.True(after.Seq > before.Seq);
        Assert.Equal("online", late.Seen.Last(m => m.Topic == Site.Topic("availability")).Payload);
    }

    [Fact]
    public async Task BrokerAbsentAtTheStart_TheDaemonStartsAndConnectsLater()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        broker.Kill();
        using var site = Site.OfFigures();
        site.Configure(broker.Port, Site.Loop("clip", fixture.Figure));
        await using var daemon = site.Run();
        await daemon.WaitForLogAsync("running 1 streams");
        await daemon.WaitForLogAsync("refuses the connection: is the broker running?");
        await daemon.WaitForLogAsync("online");
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.False(daemon.HasExited);

        await broker.RestartAsync();
        await using var sub = await MosquittoSub.StartAsync(broker);
        await PoseMessage.WaitAsync(sub, daemon, "clip");
        var status = await sub.WaitForAsync(m => m.Topic == Site.Topic("status"));
        Assert.DoesNotContain("\"not_connected\":0,", status.Payload, StringComparison.Ordinal); // what was lost meanwhile is counted
    }
}
