using System.Diagnostics;
using EdgePose.Domain;
using EdgePose.SystemTests.Peers;
using EdgePose.SystemTests.Peers.Rtsp;

namespace EdgePose.SystemTests.Ingest;

/// <summary>F01: a camera that falls silent in the middle of a group of pictures, beside one that goes on. With the default limits.</summary>
public sealed class F01_NeighbourTests(FaultFolder fixture, ITestOutputHelper output) : IClassFixture<FaultFolder>
{
    [Fact]
    public async Task CameraFallsSilent_IsStalledAndItsFfmpegGone_AndTheOtherStreamLosesNothing()
    {
        var clip = Clip.MakePlain(fixture.Folder, "gray", "f01.h264");
        await using var camera = new ScriptedRtspServer(RtspScript.Endless(clip));
        await using var good = new ScriptedRtspServer(RtspScript.Endless(clip));
        await using var proxy = new FaultProxy(camera.Port);
        await using var other = new RunningStream(RtspSourceTests.Rtsp(good.Url));
        await using var stream = new RunningStream(RtspSourceTests.Rtsp($"rtsp://127.0.0.1:{proxy.Port}/cam"));
        await stream.WaitForFramesAsync(20);
        await other.WaitForFramesAsync(20);
        var connections = camera.Connections;

        var (clock, onTheirWay) = (Stopwatch.StartNew(), good.Sent.Values.Max() - other.Supervisor.Counters.Received);
        proxy.Stalled = true;
        await stream.WaitAsync(static s => s.Statuses.Any(static x => x is { State: StreamState.Stalled, Reason: "no frame for 5 s" }), "stalled");
        var noticed = clock.Elapsed.TotalSeconds;
        await stream.WaitAsync(static s => s.Supervisor.Counters.Restarts(StreamState.Stalled) == 1, "the hanging ffmpeg is gone");
        var gone = clock.Elapsed.TotalSeconds;
        // What the other camera has sent until now arrives, however busy the machine is.
        var sent = good.Sent.Values.Max();
        await other.WaitAsync(s => s.Supervisor.Counters.Received >= sent - onTheirWay, "every picture of the other camera");
        proxy.Stalled = false;
        clock.Restart();
        await stream.WaitForEpochAsync(2);

        output.WriteLine($"stalled after {noticed:0.0} s, ffmpeg gone after {gone:0.0} s, frames again {clock.Elapsed.TotalSeconds:0.0} s after the return; the other stream got all of {sent} pictures");
        Assert.All(other.Statuses, static s => Assert.True(s.State is StreamState.Starting or StreamState.Online));
        Assert.True(camera.Connections > connections);
        // A frame that was cut off in the middle is none.
        Assert.All(stream.Frames.Where(static f => f.Epoch == 1).Zip(stream.Frames.Skip(1)), static p => Assert.True(p.First.Sequence < p.Second.Sequence));
    }
}
