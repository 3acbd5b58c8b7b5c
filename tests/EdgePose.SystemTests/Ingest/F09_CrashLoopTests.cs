using EdgePose.Domain;
using EdgePose.Streams;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Ingest;

/// <summary>F09: ffmpeg dies again and again, is too old, or is not there. A fast clock shortens the pauses.</summary>
public sealed class F09_CrashLoopTests(FaultFolder fixture, ITestOutputHelper output) : IClassFixture<FaultFolder>
{
    private static readonly SourceSettings Source = new() { Stream = "cam", Url = "rtsp://cam.test/x", StallAfter = TimeSpan.FromMinutes(5), FrameSize = static (_, _) => (32, 24) };

    [Fact]
    public async Task FiveExitsInAMinute_AreFailedWithTheLastTwentyRedactedMessages_AndTriedEveryFiveMinutes()
    {
        var (log, healed) = (Path.Combine(fixture.Folder, "f09.attempts"), Path.Combine(fixture.Folder, "f09.healed"));
        var tools = new FakeTool(fixture.Folder).Pair("f09", $"""
            echo x >> '{log}'
            if [ -e '{healed}' ]; then while :; do {FakeTool.Frame}; sleep 0.05; done; fi
            i=0; while [ $i -lt 30 ]; do echo "[h264 @ 0x1] [error] line $i of rtsp://viewer:canary@cam.test/x canary" >&2; i=$((i+1)); done
            exit 1
            """);
        var time = new FakeTimeProvider();
        await using var stream = new RunningStream(Source, tools, static text => text.Replace("canary", "***", StringComparison.Ordinal), time);
        var took = await FastClock.RunAsync(time, stream, TimeSpan.FromMinutes(2), () => stream.Status.State == StreamState.Failed);

        var attempts = Attempts();
        output.WriteLine($"failed after {attempts} exits in {took.TotalSeconds:0} s: {stream.Status.Reason[..100]}…");
        Assert.Equal(StreamState.Failed, stream.Status.State);
        Assert.Equal(5, attempts);
        Assert.InRange(took.TotalSeconds, 10, 60);
        Assert.Equal(20, stream.Status.Messages.Count);
        Assert.Equal("h264: line 10 of rtsp://***@cam.test/x ***", stream.Status.Messages[0]);
        Assert.EndsWith("line 29 of rtsp://***@cam.test/x ***", stream.Status.Messages[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("canary", string.Concat(stream.Lines) + stream.Status, StringComparison.Ordinal);

        await FastClock.RunAsync(time, stream, TimeSpan.FromMinutes(3.9), static () => false);
        Assert.Equal(5, Attempts());
        await FastClock.RunAsync(time, stream, TimeSpan.FromMinutes(2.5), () => Attempts() > 5);
        Assert.Equal(6, Attempts());
        await File.WriteAllTextAsync(healed, "");
        await FastClock.RunAsync(time, stream, TimeSpan.FromMinutes(7), () => stream.Status.State == StreamState.Online);
        Assert.Equal(StreamState.Online, stream.Status.State);
        Assert.Empty(stream.Status.Messages);

        int Attempts() => File.ReadAllLines(log).Length;
    }

    [Fact]
    public async Task WrongVersion_IsFailedAtOnceAndSaysWhichOneIsNeeded()
    {
        var tools = new FakeTool(fixture.Folder).Pair("f09-old", "echo \"Unrecognized option 'fps_mode'.\" >&2; echo 'Error splitting the argument list: Option not found' >&2; exit 1");
        await using var stream = new RunningStream(Source, tools);
        await stream.WaitAsync(static s => s.Status.State == StreamState.Failed, "failed");
        Assert.Contains("4.3 or later", stream.Status.Reason, StringComparison.Ordinal);
        Assert.Contains("edgepose check says which versions are known", stream.Status.Reason, StringComparison.Ordinal);
        Assert.NotEmpty(stream.Status.Messages);
    }

    [Fact]
    public async Task Missing_IsFailedAndNamesThePackage()
    {
        await using var stream = new RunningStream(Source, new FfmpegTools("/nonexistent/ffmpeg", "/nonexistent/ffprobe"));
        await stream.WaitAsync(static s => s.Status.State == StreamState.Failed, "failed");
        Assert.Contains("apt-get install ffmpeg", stream.Status.Reason, StringComparison.Ordinal);
    }
}
