using System.Diagnostics;
using EdgePose.Domain;
using EdgePose.SystemTests.Peers;
using EdgePose.SystemTests.Peers.Rtsp;

namespace EdgePose.SystemTests.Ingest;

/// <summary>F01: a camera that falls silent in the middle of a group of pictures, beside one that goes on. With the default limits.</summary>
public sealed class F01_NeighbourTests(FaultFolder fixture, ITestOutputHelper output) : IClassFixture<FaultFolder>
{
    [Fact]
    public async Task CameraFallsSilent_IsStalledAndItsFfmpegGoneWithinEightSeconds_AndTheOtherStreamKeepsItsRate()
    {
        var clip = Clip.MakePlain(fixture.Folder, "gray", "f01.h264");
        await using var camera = new ScriptedRtspServer(RtspScript.Endless(clip));
        await using var good = new ScriptedRtspServer(RtspScript.Endless(clip));
        await using var proxy = new FaultProxy(camera.Port);
        await using var other = new RunningStream(RtspSourceTests.Rtsp(good.Url));
        await using var stream = new RunningStream(RtspSourceTests.Rtsp($"rtsp://127.0.0.1:{proxy.Port}/cam"));
        await stream.WaitForFramesAsync(20, 20);
        await other.WaitForFramesAsync(20, 20);
        var connections = camera.Connections;

        var clock = Stopwatch.StartNew();
        var (received, sent) = (other.Supervisor.Counters.Received, good.Sent.Values.Sum());
        proxy.Stalled = true;
        await stream.WaitAsync(static s => s.Statuses.Any(static x => x.State == StreamState.Stalled), 7, "stalled");
        var noticed = clock.Elapsed.TotalSeconds;
        await stream.WaitAsync(static s => s.Supervisor.Counters.Restarts(StreamState.Stalled) == 1, 4, "the hanging ffmpeg is gone");
        var gone = clock.Elapsed.TotalSeconds;
        await Task.Delay(TimeSpan.FromSeconds(2));
        var (arrived, offered) = (other.Supervisor.Counters.Received - received, good.Sent.Values.Sum() - sent);
        proxy.Stalled = false;
        clock.Restart();
        await stream.WaitForEpochAsync(2, 10);

        output.WriteLine($"stalled after {noticed:0.0} s, ffmpeg gone after {gone:0.0} s, frames again {clock.Elapsed.TotalSeconds:0.0} s after the return; the other stream got {arrived} of {offered} pictures");
        Assert.InRange(noticed, 4.5, 7);
        Assert.InRange(gone, 0, 8);
        // The other camera's own rate is the measure: a busy machine slows the camera itself.
        Assert.InRange(arrived, 0.95 * offered - 1, 1.05 * offered + 1);
        Assert.All(other.Statuses, static s => Assert.True(s.State is StreamState.Starting or StreamState.Online));
        Assert.True(camera.Connections > connections);
        // A frame that was cut off in the middle is none.
        Assert.All(stream.Frames.Where(static f => f.Epoch == 1).Zip(stream.Frames.Skip(1)), static p => Assert.True(p.First.Sequence < p.Second.Sequence));
    }
}
