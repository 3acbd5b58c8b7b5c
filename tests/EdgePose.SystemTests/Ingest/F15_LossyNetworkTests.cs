using System.Diagnostics;
using EdgePose.Domain;
using EdgePose.Streams;
using EdgePose.SystemTests.Peers;
using EdgePose.SystemTests.Peers.Rtsp;

namespace EdgePose.SystemTests.Ingest;

/// <summary>
/// F15: loss in both directions in a network namespace of the test's own, where nftables drops every nth packet at random; jitter and a thin
/// link by the proxy. TCP gets slower and stays whole; UDP shows damage; both are back after the loss has ended.
/// </summary>
public sealed class F15_LossyNetworkTests(FaultFolder fixture, ITestOutputHelper output) : IClassFixture<FaultFolder>
{
    [Fact]
    public async Task LossOfFiveAndTwentyPercent_TcpStaysWhole_UdpIsDamaged_BothAreBack()
    {
        using var space = NetworkNamespace.Create();
        using var server = new RtspServer(fixture.LongClip, space: space);
        var tools = new FfmpegTools(space.Wrap(fixture.Folder, "ffmpeg"), space.Wrap(fixture.Folder, "ffprobe"));
        await using var tcp = new RunningStream(RtspSourceTests.Rtsp(server.Url), tools);
        await using var udp = new RunningStream(RtspSourceTests.Rtsp(server.Url) with { Transport = SourceTransport.Udp }, tools);
        (string Name, RunningStream Stream)[] both = [("tcp", tcp), ("udp", udp)];
        await Task.WhenAll(both.Select(static b => b.Stream.WaitForFramesAsync(15)));

        foreach (var percent in (int[])[5, 20])
        {
            var before = both.Select(static b => b.Stream.Supervisor.Counters.Received).ToArray();
            space.Lose(percent);
            await Task.Delay(TimeSpan.FromSeconds(4));
            for (var i = 0; i < both.Length; i++)
            {
                var (name, stream) = both[i];
                var c = stream.Supervisor.Counters;
                output.WriteLine($"{percent} % loss, {name}: {(c.Received - before[i]) / 4.0:0.0} frames/s of 15, {c.LostPackets} packets lost, {c.DecodeErrors} decode errors, {c.DamagedPictures} damaged, {c.Refused} refused, {stream.Status.State}, epoch {stream.Status.Epoch}");
            }
        }
        Assert.Equal((0L, 0L), (tcp.Supervisor.Counters.DamagedPictures, tcp.Supervisor.Counters.LostPackets));
        await udp.WaitAsync(static s => s.Supervisor.Counters.LostPackets > 0, "UDP has lost packets");

        space.Lose(0);
        var clock = Stopwatch.StartNew();
        foreach (var (name, stream) in both)
        {
            await stream.WaitAsync(static s => s.Status is { State: StreamState.Online }, name + " online");
            var frames = stream.Frames.Count;
            await stream.WaitAsync(s => s.Frames.Count >= frames + 15, name + ": a second of frames");
            output.WriteLine($"{name}: a second of frames {clock.Elapsed.TotalSeconds:0.0} s after the loss has ended");
        }
        // The rest of one group of pictures at most is damaged; then thirty frames follow of which none is.
        var (damaged, whole) = (udp.Supervisor.Counters.DamagedPictures, udp.Frames.Count);
        await udp.WaitAsync(s =>
        {
            if (s.Supervisor.Counters.DamagedPictures > damaged) { (damaged, whole) = (s.Supervisor.Counters.DamagedPictures, s.Frames.Count); }
            return s.Frames.Count >= whole + 30;
        }, "whole pictures");
    }

    [Fact]
    public async Task ConnectionIsDroppedInBothDirectionsUntilItIsGivenUp_IsBack()
    {
        using var space = NetworkNamespace.Create();
        using var server = new RtspServer(fixture.LongClip, space: space);
        var tools = new FfmpegTools(space.Wrap(fixture.Folder, "ffmpeg"), space.Wrap(fixture.Folder, "ffprobe"));
        await using var stream = new RunningStream(RtspSourceTests.Rtsp(server.Url), tools);
        await stream.WaitForFramesAsync(15);
        space.Lose(100);
        await stream.WaitAsync(static s => s.Statuses.Any(static x => x.State == StreamState.Stalled), "stalled");
        await stream.WaitAsync(static s => s.Supervisor.Counters.Restarts(StreamState.Unreachable) > 0 || s.Supervisor.Counters.Restarts(StreamState.Stalled) > 0, "given up");
        space.Lose(0);
        var clock = Stopwatch.StartNew();
        await stream.WaitForEpochAsync(2);
        output.WriteLine($"frames again after {clock.Elapsed.TotalSeconds:0.0} s");
    }

    [Fact]
    public async Task JitterAndAThinLink_OverTcp_AreSlowerAndNotBroken()
    {
        var clip = Clip.MakePlain(fixture.Folder, "white", "f15.h264");
        await using var camera = new ScriptedRtspServer(RtspScript.Endless(clip));
        await using var jittery = new FaultProxy(camera.Port) { Delay = TimeSpan.FromMilliseconds(50), Jitter = TimeSpan.FromMilliseconds(100) };
        await using var thin = new FaultProxy(camera.Port) { BytesPerSecond = 256_000 / 8 };
        await using var first = new RunningStream(RtspSourceTests.Rtsp($"rtsp://127.0.0.1:{jittery.Port}/cam"));
        await using var second = new RunningStream(RtspSourceTests.Rtsp($"rtsp://127.0.0.1:{thin.Port}/cam"));
        await first.WaitForFramesAsync(40);
        await second.WaitForFramesAsync(40);
        output.WriteLine($"jitter: {first.MedianIntervalMs():0} ms between frames; 256 kbit/s: {second.MedianIntervalMs():0} ms, {thin.Passed} bytes");
        foreach (var stream in (RunningStream[])[first, second])
        {
            Assert.Equal((StreamState.Online, 1, 0L), (stream.Status.State, stream.Status.Epoch, stream.Supervisor.Counters.DamagedPictures));
            Assert.All(stream.Pictures, static p => Assert.InRange(p.Mean, 190, 255));
        }
    }
}
