using EdgePose.Peers;

namespace EdgePose.SystemTests.Daemon;

public sealed class F38_ReloadTests(DaemonFixture fixture, ITestOutputHelper output)
{
    [Fact]
    public async Task GoodFile_StreamsComeAndGoAndTheRetainedTopicsFollow()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var sub = await MosquittoSub.StartAsync(broker);
        using var site = Site.OfFigures();
        site.Configure(broker.Port, Site.Loop("stays", fixture.Figure) + "\n" + Site.Loop("goes", fixture.ShortFigure));
        await using var daemon = site.Run();
        await PoseMessage.WaitAsync(sub, daemon, "goes");
        var before = await PoseMessage.WaitAsync(sub, daemon, "stays");

        site.Configure(broker.Port, Site.Loop("stays", fixture.Figure) + "\n" + Site.Loop("comes", fixture.ShortFigure));
        sub.Forget();
        daemon.Signal(EdgePoseProcess.SigHup);
        await PoseMessage.WaitAsync(sub, daemon, "comes");
        var after = await PoseMessage.WaitAsync(sub, daemon, "stays");

        output.WriteLine($"epoch {before.Epoch} -> {after.Epoch}");
        Assert.Equal(before.Epoch, after.Epoch); // what did not change was not stopped
        await sub.WaitForAsync(Site.Topic("streams/goes/availability"), "");
        await using var late = await MosquittoSub.StartAsync(broker);
        foreach (var stream in (string[])["stays", "comes"]) { await late.WaitForAsync(Site.Topic($"streams/{stream}/availability"), "online"); }
        await late.WaitForAsync(Site.Topic("availability"), "online");
        var info = await late.WaitForAsync(m => m.Topic == Site.Topic("info"));
        Assert.Contains("\"streams\":[\"stays\",\"comes\"]", info.Payload, StringComparison.Ordinal);
        Assert.DoesNotContain(late.Seen, m => m.Topic.Contains("streams/goes/", StringComparison.Ordinal));
        Assert.Equal(2, daemon.Children().Count);
    }

    [Fact]
    public async Task HangUpDuringTheStart_IsAReloadAfterIt()
    {
        using var site = Site.OfFigures();
        site.Configure(Tools.FreePort(), Site.Loop("clip", fixture.Figure));
        await using var daemon = site.Run();
        // The configuration is read after the signal has been taken over, and long before the networks are open.
        await Tools.UntilAsync(() => File.ReadAllText($"/proc/{daemon.Id}/maps").Contains("YamlDotNet.dll", StringComparison.Ordinal), "the program starts");
        daemon.Signal(EdgePoseProcess.SigHup);
        await daemon.WaitForLogAsync("reload: nothing has changed, nothing was stopped (asked once)");
        Assert.Contains(daemon.Log, l => l.Contains("running 1 streams", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reload_DoesNotUseATrackIdAgain()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var sub = await MosquittoSub.StartAsync(broker);
        using var site = Site.OfFigures();
        site.Configure(broker.Port, Site.Loop("cam", fixture.Figure));
        await using var daemon = site.Run();
        var before = await PoseMessage.WaitAsync(sub, daemon, "cam");
        site.Configure(broker.Port, Site.Loop("cam", fixture.Figure).Replace("loop: true", "loop: true, fps: 4", StringComparison.Ordinal));
        daemon.Signal(EdgePoseProcess.SigHup);
        await PoseMessage.WaitAsync(sub, daemon, "cam", before.Epoch);

        var byEpoch = PoseMessage.Of(sub, "cam").ToLookup(p => p.Epoch, p => p.People.Select(x => x.Track));
        var old = byEpoch[before.Epoch].SelectMany(t => t).ToHashSet();
        Assert.All(byEpoch.Where(e => e.Key != before.Epoch).SelectMany(e => e).SelectMany(t => t), t => Assert.DoesNotContain(t, old));
    }

    [Theory]
    [InlineData("streams: { cam: { url: rtsp://u:c4nary-77@127.0.0.1/1, fsp: 3 } }\n")]
    [InlineData("node: test-box\nmqtt:\n  url: mqtt://127.0.0.1:18")]
    [InlineData("mqtt: { url: mqtt://127.0.0.1 }\nstreams: { cam: { url: rtsp://127.0.0.1/1, pose: { model: no-such-model } } }\n")]
    public async Task BadFile_TheFormerConfigurationGoesOnAndTheLogSaysWhy(string bad)
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var sub = await MosquittoSub.StartAsync(broker);
        using var site = Site.OfFigures();
        site.Configure(broker.Port, Site.Loop("cam", fixture.Figure));
        await using var daemon = site.Run();
        var before = await PoseMessage.WaitAsync(sub, daemon, "cam");

        site.Write("edgepose.yaml", bad);
        daemon.Signal(EdgePoseProcess.SigHup);
        await daemon.WaitForLogAsync("reload refused, the former configuration goes on");
        sub.Forget();
        var after = await PoseMessage.WaitAsync(sub, daemon, "cam");

        Assert.Equal(before.Epoch, after.Epoch); // the camera was not even opened again
        Assert.DoesNotContain("c4nary", string.Join('\n', daemon.Log), StringComparison.Ordinal);
        Assert.DoesNotContain(sub.Seen, m => m.Topic.EndsWith("availability", StringComparison.Ordinal) && m.Payload == "offline");
    }
}
