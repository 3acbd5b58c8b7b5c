using System.Diagnostics;
using EdgePose.Peers;
using EdgePose.SystemTests.Peers;

namespace EdgePose.SystemTests.Daemon;

public sealed class F24_StopTests(DaemonFixture fixture, ITestOutputHelper output)
{
    [Theory]
    [InlineData(EdgePoseProcess.SigTerm)]
    [InlineData(EdgePoseProcess.SigInt)]
    public async Task Signal_EndsWithCodeZeroRetainedOfflineAndNoChildLeft(int signal)
    {
        using var server = new RtspServer(fixture.Figure);
        await using var broker = await MosquittoBroker.StartAsync();
        using var site = Site.OfFigures();
        site.Configure(broker.Port, $"""
            cam: {server.Url}
            {Site.Loop("clip", fixture.Figure)}
            """);
        await using var daemon = site.Run();
        await using (var sub = await MosquittoSub.StartAsync(broker))
        {
            await PoseMessage.WaitAsync(sub, daemon, "cam");
            await PoseMessage.WaitAsync(sub, daemon, "clip");
        }
        var children = daemon.Children();
        Assert.Equal(2, children.Count);

        var clock = Stopwatch.StartNew();
        daemon.Signal(signal);
        var code = await daemon.WaitForExitAsync(Tools.Patience);
        output.WriteLine($"signal {signal}: exit code {code} after {clock.Elapsed.TotalSeconds:0.00} s");

        Assert.True(code == 0, $"exit code {code}:\n{string.Join('\n', daemon.Log)}");
        Assert.DoesNotContain(children, EdgePoseProcess.IsAlive);
        await using var late = await MosquittoSub.StartAsync(broker);
        foreach (var topic in (string[])["availability", "streams/cam/availability", "streams/clip/availability"])
        {
            Assert.True((await late.WaitForAsync(Site.Topic(topic), "offline")).Retained);
        }
    }

    [Theory]
    [InlineData(150)]
    [InlineData(400)]
    [InlineData(700)]
    public async Task SignalDuringTheStart_EndsCleanly(int afterMs)
    {
        using var site = Site.OfFigures();
        site.Configure(Tools.FreePort(), Site.Loop("clip", fixture.Figure));
        await using var daemon = site.Run("-v");
        // Before the runtime has come up, the kernel's default would be what answers.
        await Tools.UntilAsync(() => File.ReadAllText($"/proc/{daemon.Id}/maps").Contains("System.CommandLine.dll", StringComparison.Ordinal), "the program starts");
        await Task.Delay(afterMs);
        daemon.Signal(EdgePoseProcess.SigTerm);
        var code = await daemon.WaitForExitAsync(Tools.Patience);
        // Before the program has taken the signal over, the signal itself ends it: systemd counts both as a clean end.
        Assert.True(code == 0 || (code == 128 + EdgePoseProcess.SigTerm && daemon.Log.Count == 0), $"exit code {code}:\n{string.Join('\n', daemon.Log)}");
    }

    [Fact]
    public async Task BrokerFrozen_TheStopDoesNotWaitForIt()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        using var site = Site.OfFigures();
        await using var daemon = await RunningAsync(site, broker);
        broker.Freeze();
        var clock = Stopwatch.StartNew();
        daemon.Signal(EdgePoseProcess.SigTerm);
        Assert.Equal(0, await daemon.WaitForExitAsync(Tools.Patience));
        output.WriteLine($"with a frozen broker: {clock.Elapsed.TotalSeconds:0.00} s");
    }

    [Fact]
    public async Task SecondSignal_EndsAtOnceAndLeavesNoChild()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        using var site = Site.OfFigures();
        await using var daemon = await RunningAsync(site, broker);
        var children = daemon.Children();
        broker.Freeze(); // otherwise the first signal would have done its work before the second
        daemon.Signal(EdgePoseProcess.SigTerm);
        await Task.Delay(300);
        Assert.False(daemon.HasExited);
        var clock = Stopwatch.StartNew();
        daemon.Signal(EdgePoseProcess.SigTerm);
        var code = await daemon.WaitForExitAsync(Tools.Patience);
        output.WriteLine($"second signal: exit code {code} after {clock.Elapsed.TotalSeconds:0.00} s");
        Assert.Equal(130, code);
        await Tools.UntilAsync(() => !children.Any(EdgePoseProcess.IsAlive), "ffmpeg is gone");
    }

    private async Task<EdgePoseProcess> RunningAsync(Site site, MosquittoBroker broker)
    {
        site.Configure(broker.Port, Site.Loop("clip", fixture.Figure));
        var daemon = site.Run();
        await using var sub = await MosquittoSub.StartAsync(broker);
        await PoseMessage.WaitAsync(sub, daemon, "clip");
        return daemon;
    }
}
