using EdgePose.Domain;
using EdgePose.Streams;
using EdgePose.SystemTests.Peers;

namespace EdgePose.SystemTests.Ingest;

public sealed class FileSourceTests(IngestFixture fixture)
{
    private SourceSettings File(string path) => new()
    {
        Stream = "file", Url = path, Pace = SourcePace.Max, Hardware = HardwareDecoder.None, FrameSize = static (_, _) => (160, 120),
    };

    [Fact]
    public async Task Pace_Max_LosesNoFrameAndEndsDisabled()
    {
        await using var stream = new RunningStream(File(fixture.ShortClip));
        await stream.Completion.WaitAsync(TimeSpan.FromSeconds(60));
        await stream.WaitForFramesAsync(60);

        Assert.Equal(60, stream.Frames.Count);
        Assert.Equal(60, stream.Supervisor.Counters.Received);
        Assert.Equal(0, stream.Slot.Dropped);
        Assert.Equal(StreamState.Disabled, stream.Status.State);
        Assert.Equal("end of file", stream.Status.Reason);
        Assert.Equal("h264", stream.Status.Decoder);
        Assert.Equal((320, 240), (stream.Status.Width, stream.Status.Height));
        var frames = stream.Frames.ToArray();
        Assert.Equal(Enumerable.Range(0, 60).Select(static i => (long)i), frames.Select(static f => f.Sequence));
        Assert.Equal(59.0 / Clip.Rate, (frames[^1].CapturedUtc - frames[0].CapturedUtc).TotalSeconds, 3);
        Assert.InRange(stream.LastMean, 60, 200); // a picture, not black and not noise
    }

    [Fact]
    public async Task Pace_MaxWithFps_TakesOneFramePerInterval()
    {
        await using var stream = new RunningStream(File(fixture.ShortClip) with { Fps = 5 });
        await stream.Completion.WaitAsync(TimeSpan.FromSeconds(60));
        await stream.WaitForFramesAsync(20);
        Assert.Equal(20, stream.Supervisor.Counters.Received);
    }

    [Fact]
    public async Task Pace_Realtime_TakesAsLongAsTheClip()
    {
        await using var stream = new RunningStream(File(fixture.ShortClip) with { Pace = SourcePace.Realtime });
        await stream.Completion.WaitAsync(TimeSpan.FromSeconds(60));
        var frames = stream.Frames.ToArray();
        Assert.Equal(60, stream.Supervisor.Counters.Received);
        Assert.True((frames[^1].CapturedUtc - frames[0].CapturedUtc).TotalSeconds > 3); // of 4; a busy machine adds to it
    }

    [Fact]
    public async Task Loop_GoesOnAfterTheEnd_InTheSameEpoch()
    {
        await using var stream = new RunningStream(File(fixture.ShortClip) with { Loop = true });
        await stream.WaitForFramesAsync(150);
        Assert.Equal(StreamState.Online, stream.Status.State);
        Assert.All(stream.Frames, static f => Assert.Equal(1, f.Epoch));
    }

    [Fact]
    public async Task RotatedClip_IsReportedAndDeliveredUpright()
    {
        var rotated = Path.Combine(fixture.Folder, "rotated.mp4");
        await Tool.RunAsync("ffmpeg", "-nostdin", "-v", "error", "-y", "-i", fixture.ShortClip, "-c", "copy", "-metadata:s:v:0", "rotate=90", rotated);
        (int, int) asked = default;
        await using var stream = new RunningStream(File(rotated) with { FrameSize = (w, h) => { asked = (w, h); return (w, h); } });
        await stream.Completion.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((240, 320), asked);
        Assert.Equal(60, stream.Supervisor.Counters.Received);
    }

    [Fact]
    public async Task PictureSizeChange_GoesOnInANewEpoch_AtTheSpeedOfTheRecording()
    {
        // A transport stream made of two sizes behind one another, both beginning at time 0: the decoder goes on with another size in the middle.
        var first = Clip.Make(fixture.Folder, 1, "a.ts", "-f", "mpegts");
        var second = Clip.Make(fixture.Folder, 1, "b.ts", "-vf", "scale=640:480", "-f", "mpegts");
        var joined = Path.Combine(fixture.Folder, "joined.ts");
        await System.IO.File.WriteAllBytesAsync(joined, [.. await System.IO.File.ReadAllBytesAsync(first), .. await System.IO.File.ReadAllBytesAsync(second)]);
        await using var stream = new RunningStream(File(joined) with { Pace = SourcePace.Realtime });
        await stream.Completion.WaitAsync(TimeSpan.FromSeconds(60));
        // Played in real time, a busy machine may lose a frame; the exact count is judged where recordings are read as fast as possible.
        var epochs = stream.Frames.GroupBy(static f => f.Epoch).Select(static g => (Epoch: g.Key, Frames: g.Max(static f => f.Sequence) - (g.Key == 1 ? -1 : 14))).ToArray();
        Assert.Equal([1, 2], epochs.Select(static e => e.Epoch));
        Assert.All(epochs, static e => Assert.InRange(e.Frames, 13, 15));
        var last = stream.Frames.Where(static f => f.Epoch == 2).ToArray();
        Assert.True((last[^1].CapturedUtc - last[0].CapturedUtc).TotalSeconds > 0.7);
        Assert.Equal((StreamState.Disabled, 640, 480), (stream.Status.State, stream.Status.Width, stream.Status.Height));
    }

    [Fact]
    public async Task MissingFile_IsNotFound_AndIsFoundWhenItAppears()
    {
        var path = Path.Combine(fixture.Folder, "later.mp4");
        await using var stream = new RunningStream(File(path));
        await stream.WaitAsync(static s => s.Status.State == StreamState.NotFound, "not found");
        Assert.Contains("no such file", stream.Status.Reason, StringComparison.Ordinal);
        System.IO.File.Copy(fixture.ShortClip, path);
        await stream.WaitForFramesAsync(60);
    }

    [Fact]
    public async Task GarbageFile_KeepsTryingAndSaysWhy()
    {
        var path = Path.Combine(fixture.Folder, "garbage.mp4");
        await System.IO.File.WriteAllBytesAsync(path, new byte[5000]);
        await using var stream = new RunningStream(File(path));
        await stream.WaitAsync(static s => s.Supervisor.Counters.Restarts(StreamState.Reconnecting) >= 2, "two attempts");
        Assert.Contains("Invalid data", stream.Status.Reason, StringComparison.Ordinal);
    }
}
