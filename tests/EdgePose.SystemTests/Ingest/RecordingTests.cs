using EdgePose.Domain;
using EdgePose.Streams;
using EdgePose.SystemTests.Peers;

namespace EdgePose.SystemTests.Ingest;

/// <summary>Recordings that are not one even stream: holes in time, other sizes, pixels that are not square, damage.</summary>
public sealed class RecordingTests(IngestFixture fixture) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-recording-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static SourceSettings Recording(string path) => new()
    {
        Stream = "file", Url = path, Pace = SourcePace.Max, Hardware = HardwareDecoder.None, FrameSize = static (w, h) => (w / 4, h / 4),
    };

    private static async Task<RunningStream> PlayAsync(SourceSettings source)
    {
        var stream = new RunningStream(source);
        await stream.Completion.WaitAsync(TimeSpan.FromSeconds(60));
        await stream.WaitForFramesAsync((int)(stream.Supervisor.Counters.Received - stream.Supervisor.Counters.Refused), 5);
        return stream;
    }

    /// <summary>One second of each size behind one another, as an elementary stream.</summary>
    private async Task<string> JoinAsync(string name, params (int Width, int Height)[] sizes)
    {
        var all = new MemoryStream();
        foreach (var (width, height) in sizes)
        {
            var path = Clip.Make(_folder, 1, $"{width}x{height}.h264", "-vf", $"scale={width}:{height},setsar=1");
            await all.WriteAsync(await File.ReadAllBytesAsync(path));
        }
        var joined = Path.Combine(_folder, name + ".h264");
        await File.WriteAllBytesAsync(joined, all.ToArray());
        return joined;
    }

    private async Task<string> WrapAsync(string elementary, string extension)
    {
        var path = Path.ChangeExtension(elementary, extension);
        await Tool.RunAsync("ffmpeg", "-nostdin", "-v", "error", "-y", "-r", "15", "-i", elementary, "-c", "copy", path);
        return path;
    }

    [Fact]
    public async Task HoleInTheRecording_IsAHoleInTime()
    {
        var path = Path.Combine(_folder, "hole.mp4");
        await Tool.RunAsync(
            "ffmpeg", "-nostdin", "-v", "error", "-y", "-i", fixture.ShortClip, "-frames:v", "40", "-vf", "setpts='if(lt(N,20),N/10,N/10+60)/TB'", "-vsync", "vfr",
            "-enc_time_base", "1/1000", "-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-bf", "2", path);
        await using var stream = await PlayAsync(Recording(path));
        var frames = stream.Frames.ToArray();
        Assert.Equal(40, frames.Length);
        Assert.Equal(0.1, (frames[19].CapturedUtc - frames[18].CapturedUtc).TotalSeconds, 3);
        Assert.Equal(60.1, (frames[20].CapturedUtc - frames[19].CapturedUtc).TotalSeconds, 3);
        Assert.Equal(63.9, TimeProvider.System.GetElapsedTime(frames[0].CapturedTicks, frames[39].CapturedTicks).TotalSeconds, 3);
    }

    [Theory]
    [InlineData("mkv")]
    [InlineData("ts")] // no place in it is found by a time
    [InlineData("h264")] // no times at all, as ffmpeg sees it
    public async Task SizesThatChange_GoOnWhereTheyWere_AndEnd(string container)
    {
        var path = await JoinAsync("changes-" + container, (320, 240), (640, 480), (240, 320), (320, 240));
        if (container != "h264") { path = await WrapAsync(path, container); }
        await using var stream = await PlayAsync(Recording(path));
        Assert.Equal((StreamState.Disabled, "end of file"), (stream.Status.State, stream.Status.Reason));
        Assert.Equal([(1, 15), (2, 15), (3, 15), (4, 15)], stream.Frames.GroupBy(static f => f.Epoch).Select(static g => (g.Key, g.Count())));
        Assert.Equal(Enumerable.Range(0, 60).Select(static i => (long)i), stream.Frames.Select(static f => f.Sequence));
        Assert.Equal([(320, 240), (640, 480), (240, 320), (320, 240)], stream.Statuses.Where(static s => s.State == StreamState.Online).Select(static s => (s.Width, s.Height)));
        var times = stream.Frames.Select(f => (f.CapturedUtc - stream.Frames.First().CapturedUtc).TotalSeconds).ToArray();
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 0.03, container == "h264" ? 0.09 : 0.07));
        Assert.Equal(0, stream.Supervisor.Counters.Restarts(StreamState.Reconnecting));
    }

    [Fact]
    public async Task SizesThatChange_InALoop_BeginAgainAfterTheEnd()
    {
        var path = await WrapAsync(await JoinAsync("loop", (320, 240), (640, 480)), "mkv");
        await using var stream = new RunningStream(Recording(path) with { Loop = true });
        await stream.WaitForEpochAsync(4, 30);
        Assert.Equal([15, 15, 15], stream.Frames.Where(static f => f.Epoch < 4).GroupBy(static f => f.Epoch).Select(static g => g.Count()));
        Assert.Equal([(320, 240), (640, 480), (320, 240)], stream.Statuses.Where(static s => s.State == StreamState.Online).Select(static s => (s.Width, s.Height)).Take(3));
    }

    [Theory]
    [InlineData("1/2", 0, 352, 288)]
    [InlineData("1/1", 0.5, 352, 288)] // the camera does not tell
    [InlineData("1/1", 0, 704, 288)]
    public async Task PixelsThatAreNotSquare_AreMadeSquare(string announced, double configured, int width, int height)
    {
        var path = Clip.Make(_folder, 1, "wide.mp4", "-vf", $"scale=704:288,setsar={announced}");
        (int, int) asked = default;
        await using var stream = await PlayAsync(Recording(path) with { PixelAspect = configured, FrameSize = (w, h) => { asked = (w, h); return (w / 2, h / 2); } });
        Assert.Equal((width, height), asked);
        Assert.Equal((width, height, 15), (stream.Status.Width, stream.Status.Height, stream.Frames.Count));
    }

    /// <summary>Cameras say it with each key picture (the display orientation SEI of H.264), and nothing with the pictures between.</summary>
    [Fact]
    public async Task PicturesThatSayHowTheyAreTurned_AreTurnedUpright()
    {
        var plain = Clip.Make(_folder, 2, "plain.h264");
        var turned = Path.Combine(_folder, "turned.h264");
        await Tool.RunAsync("ffmpeg", "-nostdin", "-v", "error", "-y", "-i", plain, "-c", "copy", "-bsf:v", "h264_metadata=display_orientation=insert:rotate=90", turned);
        (int, int) asked = default;
        await using var stream = await PlayAsync(Recording(await WrapAsync(turned, "mp4")) with { FrameSize = (w, h) => { asked = (w, h); return (w, h); } });
        Assert.Equal((240, 320), asked);
        Assert.Equal((30, 1, 240, 320), (stream.Frames.Count, stream.Status.Epoch, stream.Status.Width, stream.Status.Height));
    }

    [Fact]
    public async Task DamagedPictures_AreLeftOut_AndTheOthersKeepTheirTimes()
    {
        var elementary = Clip.Make(_folder, 4, "whole.h264");
        var bytes = await File.ReadAllBytesAsync(elementary);
        Damage(bytes, everyNth: 10);
        var damaged = Path.Combine(_folder, "damaged.h264");
        await File.WriteAllBytesAsync(damaged, bytes);
        await using var stream = await PlayAsync(Recording(await WrapAsync(damaged, "mp4")) with { DiscardCorrupt = true });
        var counters = stream.Supervisor.Counters;
        Assert.InRange(counters.Refused, 3, 30);
        Assert.Equal(counters.DamagedPictures, counters.Refused); // every report was tied to one frame, whichever ffmpeg this is
        Assert.Equal(60, counters.Refused + stream.Frames.Count);
        var first = stream.Frames.First();
        Assert.All(stream.Frames, f => Assert.Equal((f.Sequence - first.Sequence) / 15.0, (f.CapturedUtc - first.CapturedUtc).TotalSeconds, 2));
    }

    /// <summary>Turns bits over in the middle of every n-th predicted picture.</summary>
    private static void Damage(byte[] stream, int everyNth)
    {
        var slices = 0;
        for (var i = 0; i + 300 < stream.Length; i++)
        {
            if (stream[i] != 0 || stream[i + 1] != 0 || stream[i + 2] != 1 || (stream[i + 3] & 31) != 1 || ++slices % everyNth != 0) { continue; }
            for (var at = i + 40; at < i + 240; at += 50) { stream[at] ^= 0x55; }
        }
    }
}
