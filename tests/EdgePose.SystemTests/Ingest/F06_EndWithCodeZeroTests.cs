using EdgePose.Domain;
using EdgePose.SystemTests.Peers;
using EdgePose.SystemTests.Peers.Rtsp;

namespace EdgePose.SystemTests.Ingest;

/// <summary>F06: a live source that ends politely, which ffmpeg calls success.</summary>
public sealed class F06_EndWithCodeZeroTests(FaultFolder fixture, ITestOutputHelper output) : IClassFixture<FaultFolder>
{
    [Fact]
    public async Task ServerClosesTheConnection_IsAFailureAndReconnected()
    {
        var clip = Clip.MakePlain(fixture.Folder, "gray", "f06.h264", seconds: 1);
        await using var camera = new ScriptedRtspServer(RtspScript.Endless(clip) with { Play = _ => RtspScript.Timed(clip.Pictures, hevc: false), ClosesAtEnd = true });
        await using var stream = new RunningStream(RtspSourceTests.Rtsp(camera.Url));
        await stream.WaitForEpochAsync(3);
        output.WriteLine(string.Join('\n', stream.Statuses.Select(static s => $"{s.State} {s.Reason}")));
        Assert.Contains(stream.Statuses, static s => s is { State: StreamState.Reconnecting, Reason: "the source ended the stream" });
        Assert.DoesNotContain(stream.Statuses, static s => s.State == StreamState.Disabled);
        Assert.True(stream.Supervisor.Counters.Restarts(StreamState.Reconnecting) >= 2);
    }
}
