using System.Diagnostics;
using EdgePose.Domain;
using EdgePose.SystemTests.Peers;
using EdgePose.SystemTests.Peers.Rtsp;

namespace EdgePose.SystemTests.Ingest;

/// <summary>F11: the picture size changes in the middle of a session. Dark before, bright afterwards.</summary>
public sealed class F11_SizeChangeTests(FaultFolder fixture, ITestOutputHelper output) : IClassFixture<FaultFolder>
{
    [Fact]
    public async Task LargerPictures_AreANewEpoch_AndNoneOfThemIsHandedOnInTheOldOne()
    {
        var small = Clip.MakePlain(fixture.Folder, "black", "f11a.h264");
        var large = Clip.MakePlain(fixture.Folder, "white", "f11b.h264", width: 640, height: 360);
        var changed = false;
        var clock = new Stopwatch();
        await using var camera = new ScriptedRtspServer(new RtspScript
        {
            Describe = _ => changed ? large : small,
            Play = number => changed ? RtspScript.Timed(RtspScript.Forever(large), hevc: false) : Change(number),
        });
        IEnumerable<TimedPicture> Change(int number)
        {
            foreach (var picture in RtspScript.Timed(RtspScript.Forever(small).Take(45), hevc: false)) { yield return picture; }
            // The connection of ffmpeg changes; the one of ffprobe is over by then.
            (changed, clock) = (true, Stopwatch.StartNew());
            foreach (var picture in RtspScript.Timed(RtspScript.Forever(large), hevc: false, from: 45)) { yield return picture; }
        }
        // The frames keep their size whatever the source does: 160 x 120, normalised by the consumer.
        await using var stream = new RunningStream(RtspSourceTests.Rtsp(camera.Url));
        await stream.WaitForEpochAsync(2);
        var took = clock.Elapsed.TotalSeconds;
        await stream.WaitAsync(static s => s.Status is { State: StreamState.Online, Epoch: 2 } && s.Pictures.Count(static p => p.Info.Epoch == 2) > 10, "online");

        output.WriteLine($"back after {took:0.0} s, {stream.Supervisor.Counters.Refused} frames refused, {stream.Supervisor.Counters.Truncated} truncated");
        Assert.Equal((640, 360), (stream.Status.Width, stream.Status.Height));
        Assert.Contains(stream.Statuses, static s => s is { State: StreamState.Reconnecting, Reason: "the source changed its picture size" });
        Assert.All(stream.Pictures, static p => Assert.True(p.Info.Epoch == 1 ? p.Mean < 64 : p.Mean > 190, $"epoch {p.Info.Epoch} has a picture of brightness {p.Mean:0}"));
    }
}
