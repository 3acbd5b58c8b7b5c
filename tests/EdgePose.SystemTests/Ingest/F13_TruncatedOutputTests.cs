using EdgePose.Domain;
using EdgePose.Streams;
using EdgePose.SystemTests.Peers;
using EdgePose.SystemTests.Peers.Rtsp;

namespace EdgePose.SystemTests.Ingest;

/// <summary>F13: the stream ends inside a frame, in ffmpeg's output or on the network.</summary>
public sealed class F13_TruncatedOutputTests(FaultFolder fixture, ITestOutputHelper output) : IClassFixture<FaultFolder>
{
    [Fact]
    public async Task OutputEndsInsideAFrame_ThePartIsNoFrame()
    {
        var tools = new FakeTool(fixture.Folder).Pair("f13", $"{FakeTool.Frame}; {FakeTool.Frame}; head -c {FakeTool.FrameBytes / 2} /dev/zero; exit 0");
        await using var stream = new RunningStream(new SourceSettings { Stream = "cam", Url = "rtsp://cam.test/x", FrameSize = static (_, _) => (32, 24) }, tools);
        await stream.WaitAsync(static s => s.Supervisor.Counters.Truncated >= 2, "two truncated frames");
        await stream.StopAsync();
        // Two whole frames a connection, and not one more.
        Assert.Equal(2 * stream.Supervisor.Counters.Truncated, stream.Supervisor.Counters.Received);
        Assert.All(stream.Frames.GroupBy(static f => f.Epoch), static epoch => Assert.InRange(epoch.Count(), 1, 2));
    }

    [Fact]
    public async Task ConnectionIsCutInsideAPicture_TheHalfPictureIsLeftOutWithDiscardCorrupt_AndIsTheLastOneWithout()
    {
        var clip = Clip.MakePlain(fixture.Folder, "white", "f13.h264", noise: 20);
        await using var camera = new ScriptedRtspServer(RtspScript.Endless(clip));
        await using var proxy = new FaultProxy(camera.Port);
        var source = RtspSourceTests.Rtsp($"rtsp://127.0.0.1:{proxy.Port}/cam");
        await using var all = new RunningStream(source);
        await using var whole = new RunningStream(source with { DiscardCorrupt = true });
        await Task.WhenAll(all.WaitForFramesAsync(5), whole.WaitForFramesAsync(5));
        proxy.CutAfter = 64_123;
        await Task.WhenAll(all.WaitForEpochAsync(3), whole.WaitForEpochAsync(3));

        foreach (var (name, stream) in ((string, RunningStream)[])[("all", all), ("whole", whole)])
        {
            await stream.StopAsync();
            var c = stream.Supervisor.Counters;
            output.WriteLine($"{name}: {c.Received} received, {c.DamagedPictures} damaged, {c.Refused} refused; {string.Join(" > ", stream.Statuses.Select(static s => s.Reason).Where(static r => r.Length > 0))}");
        }
        Assert.True(all.Supervisor.Counters.DamagedPictures > 0, "the cut falls into a picture");
        Assert.Equal(whole.Supervisor.Counters.DamagedPictures, whole.Supervisor.Counters.Refused);
        Assert.All(whole.Pictures, static p => Assert.InRange(p.Mean, 190, 255)); // half a picture is half dark
        // What ffmpeg makes of the rest at the end of the data comes last; nothing follows that could be taken for its continuation.
        Assert.All(all.Pictures.GroupBy(static p => p.Info.Epoch), static epoch => Assert.All(epoch.SkipLast(1), static p => Assert.InRange(p.Mean, 190, 255)));
    }
}
