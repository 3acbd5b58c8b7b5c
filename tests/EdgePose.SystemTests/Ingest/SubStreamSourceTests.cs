using EdgePose.Domain;
using EdgePose.SystemTests.Peers;
using EdgePose.SystemTests.Peers.Rtsp;

namespace EdgePose.SystemTests.Ingest;

/// <summary>A camera with a large and a small stream; here each has its own server, so that it is seen which one is read.</summary>
public sealed class SubStreamSourceTests(FaultFolder fixture) : IClassFixture<FaultFolder>
{
    [Fact]
    public async Task SmallStream_IsReadWhileItExists_AndTheLargeOneOtherwise()
    {
        var (large, small) = (Clip.MakePlain(fixture.Folder, "white", "large.h264", width: 640, height: 480), Clip.MakePlain(fixture.Folder, "black", "small.h264"));
        await using var main = new ScriptedRtspServer(RtspScript.Endless(large));
        await using var sub = new ScriptedRtspServer(RtspScript.Endless(small) with { Refuse = static (_, method) => method == "DESCRIBE" ? "404 Not Found" : null });
        await using var proxy = new FaultProxy(main.Port);
        var source = RtspSourceTests.Rtsp($"rtsp://127.0.0.1:{proxy.Port}/cam") with { SubStream = sub.Url };
        await using var stream = new RunningStream(source);
        await stream.WaitForFramesAsync(5);
        await stream.WaitAsync(static s => s.Status.State == StreamState.Online, "online");
        Assert.Equal(("the sub-stream does not exist, reading url", 640), (stream.Status.Reason, stream.Status.Width));

        sub.Script = RtspScript.Endless(small);
        proxy.Reset();
        await stream.WaitForEpochAsync(2);
        await stream.WaitAsync(static s => s.Status is { State: StreamState.Online, Epoch: 2 }, "online");
        Assert.Equal(("", 320), (stream.Status.Reason, stream.Status.Width));
        Assert.All(stream.Pictures, static p => Assert.True(p.Info.Epoch == 1 ? p.Mean > 190 : p.Mean < 64));
    }

    [Fact]
    public async Task SmallStreamThatIsOnlyAwayForAMoment_IsWaitedFor()
    {
        var clip = Clip.MakePlain(fixture.Folder, "white", "away.h264", width: 640, height: 480);
        await using var main = new ScriptedRtspServer(RtspScript.Endless(clip));
        var source = RtspSourceTests.Rtsp(main.Url) with { SubStream = $"rtsp://127.0.0.1:{RtspServer.FreePort()}/sub" };
        await using var stream = new RunningStream(source);
        await stream.WaitAsync(static s => s.Status.State == StreamState.Unreachable, "unreachable");
        Assert.Equal(0, main.Connections); // a camera that restarts must not be read at full size from then on
    }
}
