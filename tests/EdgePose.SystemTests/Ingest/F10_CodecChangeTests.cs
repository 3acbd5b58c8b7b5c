using System.Diagnostics;
using EdgePose.Domain;
using EdgePose.SystemTests.Peers;
using EdgePose.SystemTests.Peers.Rtsp;

namespace EdgePose.SystemTests.Ingest;

/// <summary>
/// F10: the codec changes in the middle of a session, as when somebody changes a camera's settings. Pictures before are dark, those after are
/// bright, so that a frame of one in the epoch of the other is seen.
/// </summary>
public sealed class F10_CodecChangeTests(FaultFolder fixture, ITestOutputHelper output) : IClassFixture<FaultFolder>
{
    private const int Before = 45;

    [Fact]
    public async Task CodecChanges_TheNextEpochHasTheNewCodec_AndNoFrameOfOneIsInTheEpochOfTheOther()
    {
        var h264 = (Clip.MakePlain(fixture.Folder, "black", "f10a.h264"), Clip.MakePlain(fixture.Folder, "white", "f10a.h265"));
        var h265 = (Clip.MakePlain(fixture.Folder, "black", "f10b.h265"), Clip.MakePlain(fixture.Folder, "white", "f10b.h264"));
        // Errors for two seconds, a pause, a new connection. ffmpeg's H.265 decoder ignores H.264 in silence: the age of the frames finds it.
        await Task.WhenAll(ChangeAsync(h264.Item1, h264.Item2), ChangeAsync(h265.Item1, h265.Item2));
    }

    [Fact]
    public async Task NoiseInsteadOfPictures_NothingOfItIsHandedOn_AndOneNewConnectionIsEnough()
    {
        var clip = Clip.MakePlain(fixture.Folder, "black", "f10c.h264");
        var random = new Random(5);
        byte[][] Noise(byte[][] picture) => [.. picture.Select(nal => nal.Length < 50 ? nal : [.. nal.AsSpan(0, 6), .. RandomBytes(nal.Length - 6)])];
        byte[] RandomBytes(int count)
        {
            var bytes = new byte[count];
            random.NextBytes(bytes);
            return bytes;
        }
        // The first two connections (ffprobe, ffmpeg) turn into noise after three seconds; the later ones are good again.
        await using var camera = new ScriptedRtspServer(RtspScript.Endless(clip) with
        {
            Play = number => RtspScript.Timed(RtspScript.Forever(clip).Select((p, i) => number < 2 && i >= Before ? Noise(p) : p), hevc: false),
        });
        await using var stream = new RunningStream(RtspSourceTests.Rtsp(camera.Url));
        await stream.WaitForEpochAsync(2);
        await stream.WaitAsync(static s => s.Frames.Count(static f => f.Epoch == 2) > 30, "the second connection plays");

        var counters = stream.Supervisor.Counters;
        output.WriteLine($"{counters.DecodeErrors} decode errors, {counters.DamagedPictures} damaged pictures, {counters.Refused} refused; {string.Join(" > ", stream.Statuses.Select(static s => s.State + " " + s.Reason))}");
        Assert.Equal(1, stream.Supervisor.Counters.Restarts(StreamState.Reconnecting));
        Assert.True(counters.DecodeErrors > 20);
        // Ten errors within a second are tolerated: at two or three errors a picture these are the first few pictures.
        var handedOn = stream.Pictures.Where(static p => p.Info.Epoch == 1).Skip(Before).ToArray();
        Assert.InRange(handedOn.Length, 0, 10);
        Assert.InRange(counters.Refused, 5, 80);
    }

    [Fact]
    public async Task DamageThatANewConnectionDoesNotHeal_IsLivedWithAndSaid()
    {
        // Bits flipped in every slice, on every connection: half of each picture is concealed.
        var clip = Elementary.Load(Clip.Make(fixture.Folder, 4, "f10d.h264"));
        byte[][] Damage(byte[][] picture) => [.. picture.Select(static nal => (nal[0] & 31) is 1 && nal.Length > 400 ? Flipped(nal) : nal)];
        await using var camera = new ScriptedRtspServer(RtspScript.Endless(clip) with { Play = _ => RtspScript.Timed(RtspScript.Forever(clip).Select(Damage), hevc: false) });
        await using var stream = new RunningStream(RtspSourceTests.Rtsp(camera.Url));
        await stream.WaitAsync(static s => s.Status.Reason.Contains("pictures are damaged", StringComparison.Ordinal), "the damage is said");
        var (reconnects, frames) = (stream.Status.Reconnects, stream.Frames.Count);
        await stream.WaitAsync(s => s.Frames.Count > frames + 60, "the frames that remain are processed");

        output.WriteLine($"{stream.Supervisor.Counters.DecodeErrors} decode errors, {stream.Supervisor.Counters.DamagedPictures} damaged pictures, {stream.Frames.Count} frames handed on, {stream.Status.Reconnects} reconnects");
        Assert.Equal(StreamState.Online, stream.Status.State);
        Assert.Equal(reconnects, stream.Status.Reconnects);
        Assert.Equal(1, stream.Supervisor.Counters.Restarts(StreamState.Reconnecting));

        static byte[] Flipped(byte[] nal)
        {
            var bytes = (byte[])nal.Clone();
            for (var i = 100; i < bytes.Length; i += 97) { bytes[i] ^= 0x55; }
            return bytes;
        }
    }

    private async Task ChangeAsync(Elementary dark, Elementary bright)
    {
        var changed = false;
        var clock = new Stopwatch();
        await using var camera = new ScriptedRtspServer(new RtspScript
        {
            Describe = _ => changed ? bright : dark,
            Play = _ => changed ? RtspScript.Timed(RtspScript.Forever(bright), bright.IsHevc) : Change(),
        });
        IEnumerable<TimedPicture> Change()
        {
            foreach (var picture in RtspScript.Timed(RtspScript.Forever(dark).Take(Before), dark.IsHevc)) { yield return picture; }
            changed = true;
            if (!clock.IsRunning) { clock.Start(); }
            foreach (var picture in RtspScript.Timed(RtspScript.Forever(bright), bright.IsHevc, from: Before)) { yield return picture; }
        }
        await using var stream = new RunningStream(RtspSourceTests.Rtsp(camera.Url));
        await stream.WaitForFramesAsync(10);
        await stream.WaitForEpochAsync(2);
        var took = clock.Elapsed.TotalSeconds;
        await stream.WaitAsync(static s => s.Status is { State: StreamState.Online, Epoch: 2 }, "online again");
        await stream.WaitAsync(static s => s.Pictures.Count(static p => p.Info.Epoch == 2) > 10, "frames");

        output.WriteLine($"{dark.Pictures.Count} pictures; back after {took:0.0} s; {stream.Supervisor.Counters.DecodeErrors} decode errors, {stream.Supervisor.Counters.Refused} refused; {string.Join(" > ", stream.Statuses.Select(static s => s.State + " " + s.Reason))}");
        Assert.Equal(bright.IsHevc ? "hevc" : "h264", stream.Status.Codec);
        Assert.All(stream.Pictures, static p => Assert.True(p.Info.Epoch == 1 ? p.Mean < 64 : p.Mean > 190, $"epoch {p.Info.Epoch} has a picture of brightness {p.Mean:0}"));
        Assert.Contains(stream.Lines, static l => l.Contains("the source now sends", StringComparison.Ordinal));
    }
}
