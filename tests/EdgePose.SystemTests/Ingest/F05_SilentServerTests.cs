using System.Diagnostics;
using EdgePose.Domain;
using EdgePose.Streams;
using EdgePose.SystemTests.Peers;
using EdgePose.SystemTests.Peers.Rtsp;

namespace EdgePose.SystemTests.Ingest;

/// <summary>F05: a server that accepts and says nothing, or stops. With the default limits: five seconds, and two for SIGTERM.</summary>
public sealed class F05_SilentServerTests(IngestFixture fixture, ITestOutputHelper output)
{
    [Fact]
    public Task SilentServer_OrFfmpegThatIgnoresTerm_NoProcessLivesOn() => Task.WhenAll(SilentFromTheStartAsync(), IgnoresTermAsync());

    private async Task SilentFromTheStartAsync()
    {
        var clip = Clip.MakePlain(fixture.Folder, "gray", "f05.h264");
        await using var camera = new ScriptedRtspServer(RtspScript.Endless(clip) with { Silent = true });
        await using var stream = new RunningStream(RtspSourceTests.Rtsp(camera.Url));
        var clock = Stopwatch.StartNew();
        await stream.WaitAsync(static s => s.Status.State == StreamState.Unreachable, "unreachable");
        output.WriteLine($"given up after {clock.Elapsed.TotalSeconds:0.0} s: {stream.Status.Reason}");
        Assert.Empty(stream.Children("ffprobe"));
        camera.Script = camera.Script with { Silent = false };
        await stream.WaitForFramesAsync(5);
    }

    private async Task IgnoresTermAsync()
    {
        var pid = Path.Combine(fixture.Folder, "f05.pid");
        var tools = new FakeTool(fixture.Folder).Pair(
            "f05", $"trap '' TERM; echo $$ > '{pid}'; for i in 1 2 3 4 5; do {FakeTool.Frame}; done; while :; do sleep 0.1; done");
        await using var stream = new RunningStream(new SourceSettings { Stream = "cam", Url = "rtsp://cam.test/x", FrameSize = static (_, _) => (32, 24) }, tools);
        await stream.WaitForFramesAsync(1);
        var process = int.Parse(await File.ReadAllTextAsync(pid), System.Globalization.CultureInfo.InvariantCulture);
        var clock = Stopwatch.StartNew();
        await stream.WaitAsync(_ => !Directory.Exists($"/proc/{process}"), "dead");
        output.WriteLine($"dead {clock.Elapsed.TotalSeconds:0.0} s after the frames");
        Assert.Contains(stream.Statuses, static s => s is { State: StreamState.Stalled, Reason: "no frame for 5 s" });
        await stream.WaitForEpochAsync(2);
    }
}
