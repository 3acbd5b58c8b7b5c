using System.Diagnostics;
using EdgePose.Domain;
using EdgePose.Streams;

namespace EdgePose.SystemTests.Ingest;

/// <summary>F16: ffmpeg's error output floods, with control characters and secrets in it.</summary>
public sealed class F16_StderrFloodTests(IngestFixture fixture, ITestOutputHelper output)
{
    [Fact(DisableParallelization = true)]
    public async Task TenThousandLinesASecond_AreDrainedAndLoggedOnceASecond_AndMemoryStaysFlat()
    {
        var noise = Path.Combine(fixture.Folder, "f16.noise");
        // 1,000 lines at a time, so that the shell is not the bottleneck; frames come in between.
        await File.WriteAllTextAsync(noise, string.Concat(Enumerable.Range(0, 1000).Select(static i => $"\u001b[31m[h264 @ 0x55] [warning] flood \u0007 rtsp://u:hidden@h/x {i}\u001b[0m\n")));
        var tools = new FakeTool(fixture.Folder).Pair("f16", $"i=0; while [ $i -lt 100 ]; do cat '{noise}' >&2; {FakeTool.Frame}; sleep 0.04; i=$((i+1)); done; exit 1");
        var clock = Stopwatch.StartNew();
        await using var stream = new RunningStream(new SourceSettings { Stream = "cam", Url = "rtsp://cam.test/x", FrameSize = static (_, _) => (32, 24) }, tools);
        await stream.WaitForFramesAsync(5);
        GC.Collect();
        var before = GC.GetTotalMemory(true);
        await stream.WaitAsync(static s => s.Status.State == StreamState.Reconnecting, "the flood has ended");
        var (seconds, grown) = (clock.Elapsed.TotalSeconds, GC.GetTotalMemory(true) - before);

        var lines = stream.Lines.Where(static l => l.Contains("flood", StringComparison.Ordinal)).ToArray();
        var said = string.Concat(lines.Append(stream.Status.Reason));
        output.WriteLine($"100,000 lines in {seconds:0.0} s, {lines.Length} of them logged, {grown / 1024} KiB more memory, {stream.Frames.Count} frames; {lines[^1]}");
        Assert.InRange(lines.Length, 1, (int)seconds + 3);
        Assert.InRange(grown, long.MinValue, 4_000_000);
        Assert.True(stream.Supervisor.Counters.Received >= 100);
        Assert.DoesNotContain(said, static c => char.IsControl(c));
        Assert.Contains("rtsp://***@h/x", said, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", string.Concat(stream.Lines) + stream.Status, StringComparison.Ordinal);
    }
}
