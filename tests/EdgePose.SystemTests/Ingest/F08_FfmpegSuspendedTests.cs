using EdgePose.Domain;
using EdgePose.SystemTests.Peers;
using EdgePose.SystemTests.Peers.Rtsp;

namespace EdgePose.SystemTests.Ingest;

/// <summary>F08: ffmpeg hangs, and SIGTERM has no effect on it. With the default limit of five seconds.</summary>
public sealed class F08_FfmpegSuspendedTests(IngestFixture fixture, ITestOutputHelper output)
{
    [Fact]
    public async Task Suspended_IsNoticedByTheAgeOfItsFramesKilledAndReplaced()
    {
        var clip = Clip.MakePlain(fixture.Folder, "gray", "f08.h264");
        await using var camera = new ScriptedRtspServer(RtspScript.Endless(clip));
        await using var stream = new RunningStream(RtspSourceTests.Rtsp(camera.Url));
        await F07_FfmpegKilledTests.SignalAsync(stream, "-STOP", output);
        Assert.Contains(stream.Statuses, static s => s is { State: StreamState.Stalled, Reason: "no frame for 5 s" });
    }
}
