using System.Diagnostics;
using EdgePose.Domain;
using EdgePose.Streams;
using EdgePose.SystemTests.Peers;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Ingest;

/// <summary>What the tests of the single faults leave: starts that fail, floods of messages, the environment, and what must hold after a stop.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class SourceFaultTests(IngestFixture fixture, ITestOutputHelper output)
{
    private static SourceSettings Source(RtspServer server) => RtspSourceTests.Rtsp(server.Url) with { StallAfter = TimeSpan.FromSeconds(2) };

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(400)]
    [InlineData(3000)]
    public async Task Cancel_AtAnyMoment_LeavesNoProcess(int afterMs)
    {
        using var server = new RtspServer(fixture.LongClip);
        var stream = new RunningStream(Source(server));
        await Task.Delay(afterMs);
        await stream.DisposeAsync();
        Assert.Empty(stream.Children());
        Assert.Empty(stream.Children("ffprobe"));
    }

    [Fact]
    public async Task FfmpegMissing_IsFailedAndNamesThePackage()
    {
        await using var stream = new RunningStream(
            new SourceSettings { Stream = "x", Url = fixture.ShortClip }, new FfmpegTools("/nonexistent/ffmpeg", "/nonexistent/ffprobe"));
        await stream.WaitAsync(static s => s.Status.State == StreamState.Failed, "failed");
        Assert.Contains("apt-get install ffmpeg", stream.Status.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ErrorFlood_IsDrainedAndLoggedOncePerSecond()
    {
        var fake = FakeFfmpeg("flood", """
            i=0; while [ $i -lt 20000 ]; do printf '\033[31m[h264 @ 0x55] [error] flood \007 rtsp://u:hidden@h/x %d\033[0m\n' $i >&2; i=$((i+1)); done
            exit 1
            """);
        await using var stream = new RunningStream(new SourceSettings { Stream = "x", Url = fixture.ShortClip }, new FfmpegTools(fake));
        await stream.WaitAsync(static s => s.Status.State == StreamState.Reconnecting, "the fake has ended");
        var lines = stream.Lines.Where(static l => l.Contains("flood", StringComparison.Ordinal)).ToArray();
        Assert.InRange(lines.Length, 1, 12);
        Assert.Contains(lines, static l => l.Contains("rtsp://***@h/x", StringComparison.Ordinal));
        Assert.DoesNotContain(string.Concat(lines.Append(stream.Status.Reason)), static c => char.IsControl(c));
        Assert.DoesNotContain("hidden", string.Concat(stream.Lines) + stream.Status, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HardwareDecoderThatFails_FallsBackToSoftwareAndSaysSo()
    {
        Assert.SkipUnless(!File.Exists("/dev/nvidiactl"), "this machine has the hardware whose absence is tested");
        await using var stream = new RunningStream(
            new SourceSettings { Stream = "x", Url = fixture.ShortClip, Pace = SourcePace.Max, Hardware = HardwareDecoder.Cuda });
        await stream.WaitForFramesAsync(60);
        Assert.Equal("h264", stream.Status.Decoder);
        Assert.Contains(stream.Statuses, static s => s.State == StreamState.Online && s.Reason.Contains("cuda decoding does not work here", StringComparison.Ordinal));
        Assert.Equal(60, stream.Supervisor.Counters.Received);
    }

    [Fact]
    public async Task Environment_OfTheChild_HoldsNothingOfOurs()
    {
        Environment.SetEnvironmentVariable("EDGEPOSE_TEST_SECRET", "canary-1b7d");
        var fake = FakeFfmpeg("env", "echo \"[error] $(env | tr '\\n' ' ')\" >&2; exit 1");
        var log = new FfmpegLog(static text => text, null, TimeProvider.System);
        await using var process = FfmpegProcess.TryStart(new FfmpegCommand(fake, [], ""), log, TimeProvider.System, out _)!;
        await process.WaitForExitAsync(CancellationToken.None);
        Assert.Contains("LC_ALL=C", Assert.Single(log.Tail()), StringComparison.Ordinal);
        Assert.DoesNotContain("canary-1b7d", string.Concat(log.Tail()), StringComparison.Ordinal);
    }

    [Fact(DisableParallelization = true)]
    public async Task ManyConnections_LeaveNoFileDescriptorAndNoThread()
    {
        await PlayOnceAsync();
        var (files, threads) = Usage();
        for (var i = 0; i < 20; i++) { await PlayOnceAsync(); }
        var (filesAfter, threadsAfter) = Usage();
        output.WriteLine($"file descriptors {files} -> {filesAfter}, threads {threads} -> {threadsAfter}");
        Assert.InRange(filesAfter, 0, files + 5);
        Assert.InRange(threadsAfter, 0, threads + 10); // the thread pool may have grown

        async Task PlayOnceAsync()
        {
            await using var stream = new RunningStream(
                new SourceSettings { Stream = "x", Url = fixture.ShortClip, Pace = SourcePace.Max, Fps = 1, FrameSize = static (_, _) => (64, 48) });
            await stream.Completion.WaitAsync(TimeSpan.FromSeconds(20));
        }

        static (int Files, int Threads) Usage() =>
            (Directory.GetFileSystemEntries("/proc/self/fd").Length, Directory.GetDirectories("/proc/self/task").Length);
    }

    private string FakeFfmpeg(string name, string script)
    {
        var path = Path.Combine(fixture.Folder, name + ".sh");
        File.WriteAllText(path, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
