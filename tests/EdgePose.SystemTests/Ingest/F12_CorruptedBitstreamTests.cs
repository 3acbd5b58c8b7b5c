using System.Diagnostics;
using EdgePose.Domain;
using EdgePose.SystemTests.Peers;
using EdgePose.SystemTests.Peers.Rtsp;

namespace EdgePose.SystemTests.Ingest;

/// <summary>F12: damaged pictures, as a lossy link or a failing camera gives them.</summary>
public sealed class F12_CorruptedBitstreamTests(FaultFolder fixture, ITestOutputHelper output) : IClassFixture<FaultFolder>
{
    /// <summary>Every tenth picture has flipped bits in its slice: few enough errors that the stream goes on.</summary>
    private ScriptedRtspServer Camera(string name)
    {
        var clip = Elementary.Load(Clip.Make(fixture.Folder, 8, name, "-g", "30"));
        return new ScriptedRtspServer(RtspScript.Endless(clip) with
        {
            Play = _ => RtspScript.Timed(RtspScript.Forever(clip).Select(static (picture, i) => i % 10 == 9 ? [.. picture.Select(Damaged)] : picture), hevc: false),
        });
    }

    [Fact]
    public async Task DamagedPictures_AreCountedLoggedOnceASecondAndHandedOn_OrLeftOutWhenAskedFor()
    {
        await using var camera = Camera("f12.h264");
        var clock = Stopwatch.StartNew();
        await using var all = new RunningStream(RtspSourceTests.Rtsp(camera.Url));
        await using var whole = new RunningStream(RtspSourceTests.Rtsp(camera.Url) with { DiscardCorrupt = true });
        await all.WaitForFramesAsync(90);
        await whole.WaitAsync(static s => s.Supervisor.Counters.Refused >= 5, "damaged pictures");

        foreach (var (name, stream) in ((string, RunningStream)[])[("all", all), ("whole", whole)])
        {
            var c = stream.Supervisor.Counters;
            output.WriteLine($"{name}: received {c.Received}, damaged {c.DamagedPictures}, refused {c.Refused}, decode errors {c.DecodeErrors}, epoch {stream.Status.Epoch}");
            Assert.Equal((StreamState.Online, 1), (stream.Status.State, stream.Status.Epoch));
            Assert.True(c.DecodeErrors > 0 && c.DamagedPictures > 0);
        }
        Assert.Equal(0, all.Supervisor.Counters.Refused);
        Assert.InRange(whole.Supervisor.Counters.Refused, 5, whole.Supervisor.Counters.DamagedPictures);
        var lines = all.Lines.Count(static l => l.Contains("ffmpeg:", StringComparison.Ordinal));
        Assert.InRange(lines, 1, (int)clock.Elapsed.TotalSeconds + 2);
    }

    private static byte[] Damaged(byte[] nal)
    {
        if ((nal[0] & 31) is not 1 || nal.Length < 300) { return nal; }
        var bytes = (byte[])nal.Clone();
        bytes[nal.Length / 2] ^= 0xFF;
        bytes[(nal.Length / 2) + 1] ^= 0xFF;
        return bytes;
    }
}
