using EdgePose.Domain;
using EdgePose.SystemTests.Peers;
using EdgePose.SystemTests.Peers.Rtsp;

namespace EdgePose.SystemTests.Ingest;

/// <summary>F14: time stamps that jump, stand still or run backwards, and ten times the frames.</summary>
public sealed class F14_TimeStampTests(IngestFixture fixture, ITestOutputHelper output)
{
    private const uint Step = 90_000 / Clip.Rate;
    private const uint Hour = 90_000u * 3600;

    [Fact]
    public async Task StampsThatJumpRepeatOrRunBackwards_FramesGoOnInTheirOwnOrderAndTime()
    {
        var clip = Clip.MakePlain(fixture.Folder, "gray", "f14.h264");
        (string Name, Func<uint, uint> Stamp)[] cases =
        [
            ("jumps an hour ahead", static i => (i * Step) + (i > 30 ? Hour : 0)),
            ("jumps an hour back", static i => (i * Step) + (i > 30 ? 0 : Hour)),
            ("stands still", static i => Math.Min(i, 30) * Step),
            ("runs backwards", static i => (1000 - i) * Step),
            ("wraps around", static i => unchecked(uint.MaxValue - (20 * Step) + (i * Step))),
        ];
        var cameras = cases.Select(c => new ScriptedRtspServer(RtspScript.Endless(clip) with
        {
            Play = _ => RtspScript.Timed(RtspScript.Forever(clip), hevc: false).Select((p, i) => p with { RtpTime = c.Stamp((uint)i) }),
        })).ToArray();
        var streams = cameras.Select(static c => new RunningStream(RtspSourceTests.Rtsp(c.Url))).ToArray();
        try
        {
            await Task.WhenAll(streams.Select(static s => s.WaitForFramesAsync(75))); // the stamps change after two seconds
            foreach (var ((name, _), stream) in cases.Zip(streams))
            {
                var frames = stream.Frames.ToArray();
                output.WriteLine($"{name}: {frames.Length} frames, epoch {stream.Status.Epoch}, {string.Join(" > ", stream.Statuses.Select(static s => s.State + " " + s.Reason))}");
                Assert.All(frames.Zip(frames.Skip(1)), static p => Assert.True(p.Second.Sequence > p.First.Sequence && p.Second.CapturedTicks >= p.First.CapturedTicks && p.Second.CapturedUtc >= p.First.CapturedUtc));
            }
        }
        finally
        {
            foreach (var stream in streams) { await stream.DisposeAsync(); }
            foreach (var camera in cameras) { await camera.DisposeAsync(); }
        }
        // One after the other: the figures of all stand in the output by now.
        Assert.All(cases.Zip(streams), static p => Assert.True(p.Second.Frames.Count >= 75, $"{p.First.Name}: {p.Second.Frames.Count} frames"));
        Assert.All(cases.Zip(streams), static p => Assert.True(p.Second.Statuses.All(static s => s.Epoch <= 1), p.First.Name));
    }

    [Fact(DisableParallelization = true)]
    public async Task TenTimesTheFrames_TheNewestWinAndMemoryStaysFlat()
    {
        var clip = Clip.MakePlain(fixture.Folder, "gray", "f14.h264");
        // 15 pictures a second for two seconds, then 150.
        await using var camera = new ScriptedRtspServer(RtspScript.Endless(clip) with
        {
            Play = _ => RtspScript.Timed(RtspScript.Forever(clip), hevc: false)
                .Select(static (p, i) => p with { Due = TimeSpan.FromSeconds(i < 30 ? i / 15.0 : 2 + ((i - 30) / 150.0)), RtpTime = (uint)(i < 30 ? i * Step : (30 * Step) + ((i - 30) * Step / 10)) }),
        });
        await using var stream = new RunningStream(RtspSourceTests.Rtsp(camera.Url));
        await stream.WaitForFramesAsync(150);
        GC.Collect();
        var (before, received) = (GC.GetTotalMemory(true), stream.Supervisor.Counters.Received);
        await stream.WaitAsync(s => s.Supervisor.Counters.Received >= received + 600, "600 frames more");
        var (after, more) = (GC.GetTotalMemory(true), stream.Supervisor.Counters.Received - received);

        output.WriteLine($"{more} frames more, {(after - before) / 1024} KiB more memory, {stream.Slot.Dropped} replaced, age of the newest {stream.Supervisor.Counters.DroppedNoBuffer} without a buffer");
        Assert.InRange(after - before, long.MinValue, 4_000_000); // the lists of this test grow; frames of 57,600 bytes would be 34 MB
        Assert.Equal((StreamState.Online, 1), (stream.Status.State, stream.Status.Epoch));
    }
}
