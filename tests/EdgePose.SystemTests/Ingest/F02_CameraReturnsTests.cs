using EdgePose.Domain;
using EdgePose.Streams;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Ingest;

/// <summary>F02: the camera comes back after ten minutes, which a fast clock shortens.</summary>
public sealed class F02_CameraReturnsTests(FaultFolder fixture, ITestOutputHelper output) : IClassFixture<FaultFolder>
{
    [Fact]
    public Task AfterTenMinutes_FramesAreBackWithinThirtyFiveSecondsInTheNextEpoch() =>
        Task.WhenAll(Enumerable.Range(1, 4).Select(ReturnAsync)); // at four moments of the widest pause

    private async Task ReturnAsync(int seed)
    {
        var off = Path.Combine(fixture.Folder, $"f02-{seed}.off");
        var tools = new FakeTool(fixture.Folder).Pair(
            $"f02-{seed}", $"while [ ! -e '{off}' ]; do {FakeTool.Frame}; sleep 0.02; done; exit 0",
            $"if [ -e '{off}' ]; then echo '[tcp @ 0x1] [error] Connection to tcp://cam failed: Connection refused' >&2; exit 1; fi");
        var time = new FakeTimeProvider();
        await using var stream = new RunningStream(new SourceSettings { Stream = "cam", Url = "rtsp://cam.test/x", StallAfter = TimeSpan.FromMinutes(5), FrameSize = static (_, _) => (32, 24) }, tools, time: time);
        await FastClock.RunAsync(time, stream, TimeSpan.FromMinutes(5), () => stream.Frames.Count > 20);
        var last = stream.Frames.Last();

        await File.WriteAllTextAsync(off, "");
        await FastClock.RunAsync(time, stream, TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(8 * seed), static () => false);
        Assert.Equal(StreamState.Unreachable, stream.Status.State);
        Assert.All(stream.Frames, f => Assert.Equal(1, f.Epoch));
        var attempts = stream.Status.Reconnects;

        File.Delete(off);
        var back = await FastClock.RunAsync(time, stream, TimeSpan.FromMinutes(2), () => stream.Frames.Any(static f => f.Epoch > 1));
        output.WriteLine($"{attempts} attempts in ten minutes, frames {back.TotalSeconds:0} s after the return");
        Assert.InRange(back.TotalSeconds, 0, 35);
        Assert.InRange(attempts, 20, 80);
        var first = stream.Frames.First(static f => f.Epoch > 1);
        Assert.Equal(2, first.Epoch);
        Assert.True(first.Sequence > last.Sequence);
        await FastClock.RunAsync(time, stream, TimeSpan.FromSeconds(20), () => stream.Status.State == StreamState.Online);
        Assert.Equal((StreamState.Online, 2), (stream.Status.State, stream.Status.Epoch));
    }
}
