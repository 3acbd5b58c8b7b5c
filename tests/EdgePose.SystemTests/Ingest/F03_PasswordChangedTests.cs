using EdgePose.Domain;
using EdgePose.Streams;
using EdgePose.SystemTests.Peers;
using EdgePose.SystemTests.Peers.Rtsp;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Ingest;

/// <summary>F03: a camera that refuses the password, from the beginning or from one day on.</summary>
public sealed class F03_PasswordChangedTests(FaultFolder fixture, ITestOutputHelper output) : IClassFixture<FaultFolder>
{
    [Fact]
    public async Task PasswordIsChangedWhileTheStreamRuns_IsAuthFailedAndTheCameraIsLeftAlone()
    {
        var clip = Clip.MakePlain(fixture.Folder, "gray", "f03.h264");
        await using var camera = new ScriptedRtspServer(RtspScript.Endless(clip));
        await using var proxy = new FaultProxy(camera.Port);
        var source = RtspSourceTests.Rtsp($"rtsp://127.0.0.1:{proxy.Port}/cam") with { User = "viewer", Password = new Secret("old canary") };
        var time = new FakeTimeProvider();
        await using var stream = new RunningStream(source, time: time);
        await stream.WaitForFramesAsync(10);
        var before = camera.Connections;

        camera.Script = camera.Script with { Refuse = static (_, method) => method == "DESCRIBE" ? "401 Unauthorized" : null };
        proxy.Reset();
        await FastClock.RunAsync(time, stream, TimeSpan.FromMinutes(5), () => stream.Status.State == StreamState.AuthFailed);
        await FastClock.RunAsync(time, stream, TimeSpan.FromSeconds(20), static () => false);

        output.WriteLine($"{camera.Connections - before} connections in the 20 s after the refusal; {stream.Status.Reason}");
        Assert.Equal(StreamState.AuthFailed, stream.Status.State);
        Assert.InRange(camera.Connections - before, 1, 2); // ffprobe's, and the question which way of proving the password the camera wants
        Assert.Contains("401", stream.Status.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", string.Concat(stream.Lines) + stream.Status, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongPassword_IsTriedAfterHalfAMinuteAndThenMoreAndMoreSeldom()
    {
        var log = Path.Combine(fixture.Folder, "f03.attempts");
        var tools = new FakeTool(fixture.Folder).Pair("f03", "exit 1", $"echo x >> '{log}'; echo '[rtsp @ 0x1] [error] method DESCRIBE failed: 401 Unauthorized' >&2; exit 1");
        var time = new FakeTimeProvider();
        await using var stream = new RunningStream(new SourceSettings { Stream = "cam", Url = "rtsp://cam.test/x" }, tools, time: time);
        await FastClock.RunAsync(time, stream, TimeSpan.FromMinutes(9), static () => false);
        var attempts = (await File.ReadAllLinesAsync(log)).Length;
        output.WriteLine($"{attempts} attempts in nine minutes");
        Assert.InRange(attempts, 4, 6); // at 0, 0.5, 1.5, 3.5 and 7.5 min, each pause ± 20 %
    }
}
