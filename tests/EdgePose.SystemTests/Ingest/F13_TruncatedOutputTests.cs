using EdgePose.Domain;
using EdgePose.Ingest;
using EdgePose.SystemTests.Peers;
using EdgePose.SystemTests.Peers.Rtsp;
using Xunit.Abstractions;

namespace EdgePose.SystemTests.Ingest;

/// <summary>F13: the stream ends inside a frame, in ffmpeg's output or on the network.</summary>
[Collection("Ingest")]
public sealed class F13_TruncatedOutputTests(IngestFixture fixture, ITestOutputHelper output)
{
    [Fact]
    public async Task OutputEndsInsideAFrame_ThePartIsNoFrame()
    {
        var tools = new FakeTool(fixture.Folder).Pair("f13", $"{FakeTool.Frame}; {FakeTool.Frame}; head -c {FakeTool.FrameBytes / 2} /dev/zero; exit 0");
        await using var stream = new RunningStream(new SourceOptions { Stream = "cam", Url = "rtsp://cam.test/x", FrameSize = static (_, _) => (32, 24) }, tools);
        await stream.WaitAsync(static s => s.Supervisor.Counters.Truncated >= 2, 15, "two truncated frames");
        await stream.StopAsync();
        // Two whole frames a connection, and not one more.
        Assert.Equal(2 * stream.Supervisor.Counters.Truncated, stream.Supervisor.Counters.Received);
        Assert.All(stream.Frames.GroupBy(static f => f.Epoch), static epoch => Assert.InRange(epoch.Count(), 1, 2));
    }

    [Theory]
    [InlineData(30_001)]
    [InlineData(64_123)]
    public async Task ConnectionIsCutInsideAPicture_ItIsReconnectedAndNoPartialPictureComesThrough(int bytes)
    {
        var clip = Clip.MakePlain(fixture.Folder, "white", "f13.h264");
        await using var camera = new ScriptedRtspServer(RtspScript.Endless(clip));
        await using var proxy = new FaultProxy(camera.Port);
        await using var stream = new RunningStream(RtspSourceTests.Rtsp($"rtsp://127.0.0.1:{proxy.Port}/cam"));
        await stream.WaitForFramesAsync(5, 20);
        proxy.CutAfter = bytes;
        await stream.WaitForEpochAsync(2, 20);
        proxy.CutAfter = 0;
        var epoch = stream.Frames.Last().Epoch;
        await stream.WaitAsync(s => s.Frames.Any(f => f.Epoch > epoch) || s.Status.State == StreamState.Online, 10, "it goes on");
        output.WriteLine($"{stream.Supervisor.Counters.Received} received, {stream.Supervisor.Counters.DecodeErrors} decode errors; {string.Join(" > ", stream.Statuses.Select(static s => s.Reason).Where(static r => r.Length > 0))}");
        Assert.All(stream.Pictures, static p => Assert.InRange(p.Mean, 190, 255)); // half a picture would be half dark
    }
}
