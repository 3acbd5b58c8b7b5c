using System.Diagnostics;
using EdgePose.Peers;

namespace EdgePose.SystemTests.Daemon;

/// <summary>F07, F08, F12: the decoder dies, hangs, or gets rubbish.</summary>
public sealed class F07_FfmpegTests(DaemonFixture fixture, ITestOutputHelper output)
{
    private const int SigStop = 19;

    [Theory]
    [InlineData(EdgePoseProcess.SigKill)]
    [InlineData(SigStop)] // noticed by the age of the frames
    public async Task FfmpegKilledOrSuspended_PosesAreBackInANewEpochAndNoProcessStays(int signal)
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var sub = await MosquittoSub.StartAsync(broker);
        using var site = Site.OfFigures();
        site.Configure(broker.Port, Site.Loop("clip", fixture.Figure));
        await using var daemon = site.Run();
        var first = await PoseMessage.WaitAsync(sub, daemon, "clip");
        var old = Assert.Single(daemon.Children());

        var clock = Stopwatch.StartNew();
        Tools.Signal(old, signal);
        await PoseMessage.WaitAsync(sub, daemon, "clip", first.Epoch);
        output.WriteLine($"signal {signal} to ffmpeg: poses again after {clock.Elapsed.TotalSeconds:0.0} s");

        Assert.False(Directory.Exists($"/proc/{old}")); // gone and reaped
        Assert.Single(daemon.Children());
    }

    [Fact]
    public async Task CorruptedBitstream_IsLoggedAtMostOnceASecondAndTheFramesThatRemainAreProcessed()
    {
        using var site = new Site();
        var broken = Path.Combine(site.Folder, "broken.mp4");
        await Tools.RunAsync("ffmpeg", ["-nostdin", "-v", "error", "-i", fixture.FewPeople, "-c", "copy", "-bsf:v", "noise=amount=500", broken]);
        site.Configure(0, $"clip: {{ url: {broken}, pace: max, fps: 0 }}", more: "poses: { max_rate: 240 }\n");
        var clock = Stopwatch.StartNew();

        var result = await site.RunVerbAsync("run", "--config", site.ConfigPath, "--stdout", "--until-end");

        Assert.True(result.ExitCode == 0, result.ToString());
        var complaints = result.Errors.Split('\n').Count(l => l.Contains("ffmpeg:", StringComparison.Ordinal));
        output.WriteLine($"{complaints} complaints of ffmpeg in {clock.Elapsed.TotalSeconds:0.0} s");
        Assert.InRange(complaints, 1, 1 + (int)Math.Ceiling(clock.Elapsed.TotalSeconds));
        Assert.Contains("\"reason\":\"end of file\"", result.Output, StringComparison.Ordinal);
        Assert.Contains("streams/clip/poses", result.Output, StringComparison.Ordinal);
    }
}
