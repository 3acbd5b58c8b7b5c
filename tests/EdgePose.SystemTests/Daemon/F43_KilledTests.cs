using System.Diagnostics;
using EdgePose.Peers;
using EdgePose.SystemTests.Peers;

namespace EdgePose.SystemTests.Daemon;

public sealed class F43_KilledTests(DaemonFixture fixture, ITestOutputHelper output)
{
    [Fact]
    public async Task KillMinusNine_TheBrokerPublishesTheWillAndEveryFfmpegEnds()
    {
        using var server = new RtspServer(fixture.Figure);
        await using var broker = await MosquittoBroker.StartAsync();
        await using var sub = await MosquittoSub.StartAsync(broker);
        using var site = Site.OfFigures();
        site.Configure(broker.Port, $"""
            cam: {server.Url}
            {Site.Loop("clip", fixture.Figure)}
            """);
        await using var daemon = site.Run();
        await PoseMessage.WaitAsync(sub, daemon, "cam");
        await PoseMessage.WaitAsync(sub, daemon, "clip");
        var children = daemon.Children();
        Assert.Equal(2, children.Count);

        var clock = Stopwatch.StartNew();
        daemon.Signal(EdgePoseProcess.SigKill);
        Assert.Equal(128 + 9, await daemon.WaitForExitAsync(Tools.Patience));
        await Tools.UntilAsync(() => !children.Any(EdgePoseProcess.IsAlive), "ffmpeg ends at its next frame");
        var gone = clock.Elapsed;
        await sub.WaitForAsync(Site.Topic("availability"), "offline");
        output.WriteLine($"ffmpeg gone after {gone.TotalSeconds:0.0} s, will after {clock.Elapsed.TotalSeconds:0.0} s");

        Assert.True(clock.Elapsed.TotalSeconds > 5); // the will is delayed by 10 s
        await using var late = await MosquittoSub.StartAsync(broker, Site.Topic("availability"));
        Assert.True((await late.WaitForAsync(Site.Topic("availability"), "offline")).Retained);
    }
}
