using System.Diagnostics;
using EdgePose.Domain;
using EdgePose.Streams;
using EdgePose.SystemTests.Peers;
using EdgePose.SystemTests.Peers.Rtsp;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Ingest;

/// <summary>F07: ffmpeg is killed.</summary>
public sealed class F07_FfmpegKilledTests(IngestFixture fixture, ITestOutputHelper output)
{
    [Fact]
    public async Task Killed_ANewOneRunsAndTheOldOneIsReaped()
    {
        var clip = Clip.MakePlain(fixture.Folder, "gray", "f07.h264");
        await using var camera = new ScriptedRtspServer(RtspScript.Endless(clip));
        await using var stream = new RunningStream(RtspSourceTests.Rtsp(camera.Url));
        await SignalAsync(stream, "-KILL", output);
        Assert.Contains(stream.Lines, static l => l.Contains(" next attempt in 0.", StringComparison.Ordinal)); // seconds
    }

    /// <summary>Another ffmpeg comes, frames follow, and the old process is gone.</summary>
    internal static async Task SignalAsync(RunningStream stream, string signal, ITestOutputHelper output)
    {
        await stream.WaitForFramesAsync(20);
        var old = Assert.Single(stream.Children());
        var clock = Stopwatch.StartNew();
        await Tool.RunAsync("/bin/kill", signal, $"{old}");
        await stream.WaitAsync(_ => stream.Children().Any(id => id != old), "another ffmpeg");
        var restarted = clock.Elapsed.TotalSeconds;
        await stream.WaitForEpochAsync(2);
        output.WriteLine($"{signal}: another ffmpeg after {restarted:0.0} s, frames after {clock.Elapsed.TotalSeconds:0.0} s");
        Assert.False(Directory.Exists($"/proc/{old}"));
        Assert.NotEqual(old, Assert.Single(stream.Children()));
    }

    [Fact(DisableParallelization = true)]
    public async Task HundredDeaths_LeaveNoZombieDescriptorOrThread()
    {
        var die = Path.Combine(fixture.Folder, "f07.die");
        var tools = new FakeTool(fixture.Folder).Pair("f07", $"{FakeTool.Frame}; while [ ! -e '{die}' ]; do sleep 0.01; done; rm '{die}'; {FakeTool.Frame}; kill -KILL $$");
        var time = new FakeTimeProvider();
        await using var stream = new RunningStream(
            new SourceSettings { Stream = "cam", Url = "rtsp://cam.test/x", StallAfter = TimeSpan.FromMinutes(5), FrameSize = static (_, _) => (32, 24) }, tools, time: time);
        await DieAsync(5);
        var (files, threads) = Usage();
        await DieAsync(105);
        var (filesAfter, threadsAfter) = Usage();
        output.WriteLine($"{Deaths()} deaths; file descriptors {files} -> {filesAfter}, threads {threads} -> {threadsAfter}");
        Assert.Equal(105, Deaths());
        Assert.InRange(filesAfter, 0, files + 8); // the moment of looking may fall into a start
        Assert.InRange(threadsAfter, 0, threads + 8);
        Assert.DoesNotContain(stream.Statuses, static s => s.State == StreamState.Failed);
        Assert.DoesNotContain(Process.GetProcesses(), static p => IsZombieOfOurs(p.Id));

        // Each is good for eleven seconds: dying sooner again and again would be a crash loop.
        async Task DieAsync(int times)
        {
            while (Deaths() < times)
            {
                var next = (int)Deaths() + 1;
                await FastClock.RunAsync(time, stream, TimeSpan.FromMinutes(5), () => stream.Frames.Any(f => f.Epoch == next));
                time.Advance(TimeSpan.FromSeconds(11));
                await File.WriteAllTextAsync(die, "");
                await FastClock.RunAsync(time, stream, TimeSpan.FromMinutes(5), () => Deaths() >= next);
            }
        }

        long Deaths() => stream.Statuses.Count(static s => s is { State: StreamState.Reconnecting, Reason: "ffmpeg was killed by signal 9" });
        static (int Files, int Threads) Usage() => (Directory.GetFileSystemEntries("/proc/self/fd").Length, Directory.GetDirectories("/proc/self/task").Length);
    }

    private static bool IsZombieOfOurs(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" && fields[1] == $"{Environment.ProcessId}";
        }
        catch (IOException) { return false; }
    }
}
