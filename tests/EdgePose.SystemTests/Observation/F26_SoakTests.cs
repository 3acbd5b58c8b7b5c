using System.Diagnostics;
using System.Globalization;
using EdgePose.Domain;
using EdgePose.Ingest;
using EdgePose.Peers;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace EdgePose.SystemTests.Observation;

/// <summary>Weeks of running, in the time of a test: nothing may grow with the number of frames or of connections.</summary>
[Collection("Observation")]
public sealed class F26_SoakTests(ITestOutputHelper output) : IDisposable
{
    private const int Frames = 200_000, WarmFrames = 50_000, Connections = 200, WarmConnections = 60, SourcesAtOnce = 4;
    private const double MostGrowth = 1 << 20;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    private readonly TinySite _site = new();

    private sealed record Use(long Done, long Rss, int Files, int Threads, int Children)
    {
        public static Use Of(int process, long done) => new(
            done, ReadRss(process), Directory.GetFileSystemEntries(Proc(process, "fd")).Length, Directory.GetDirectories(Proc(process, "task")).Length, 0);

        private static string Proc(int process, string what) => string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/{what}");

        private static long ReadRss(int process) => 1024 * long.Parse(
            File.ReadLines(Proc(process, "status")).First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal))["VmRSS:".Length..^"kB".Length], CultureInfo.InvariantCulture);
    }

    /// <summary>The daemon, its own ffmpeg, 200,000 frames from the pipe to the message; watched from outside.</summary>
    [Fact]
    public async Task TwoHundredThousandFrames_MemoryDescriptorsThreadsAndProcessesStayConstant()
    {
        _site.Configure($"  clip: {{ url: {await _site.ClipAsync(5000)}, fps: 0, pace: max, loop: true }}");
        await using var daemon = _site.Run("-q");
        var (clock, uses) = (Stopwatch.StartNew(), new List<Use>());
        while (uses.Count == 0 || uses[^1].Done < Frames)
        {
            Assert.True(clock.Elapsed < Limit, $"{uses.LastOrDefault()}\n{string.Join('\n', daemon.Log)}");
            await Task.Delay(200);
            if (await _site.SnapshotAsync() is not { Streams: [{ State: StreamState.Online } stream] }) { continue; }
            uses.Add(Use.Of(daemon.Id, stream.Processed) with { Children = daemon.Children().Count });
            Assert.Equal(1, stream.Epoch);
        }
        List<Use> steady = [.. uses.Where(u => u.Done >= WarmFrames)];
        var slope = Slope(steady) * 100_000;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{steady[^1].Done} frames in {clock.Elapsed.TotalSeconds:0} s; resident {uses[0].Rss >> 10} KiB at first, {steady[0].Rss >> 10} -> {steady[^1].Rss >> 10} KiB after the warm-up, {slope / 1024:0} KiB per 100,000 frames; files {steady[0].Files} -> {steady[^1].Files}, threads {steady[0].Threads} -> {steady[^1].Threads}, ffmpeg {steady[^1].Children}"));
        Assert.InRange(slope, double.MinValue, MostGrowth);
        AssertConstant(steady);
        Assert.All(steady, u => Assert.Equal(1, u.Children));
    }

    /// <summary>Real probes, real ffmpegs that end after a few frames with an error, the real supervisor with pauses that pass fifty times as fast.</summary>
    [Fact]
    public async Task TwoHundredReconnects_MemoryDescriptorsThreadsAndProcessesStayConstant()
    {
        var clip = await _site.ClipAsync(3);
        var brokenAtTheEnd = Path.Combine(_site.Folder, "ffmpeg.sh");
        await File.WriteAllTextAsync(brokenAtTheEnd, "#!/bin/sh\nffmpeg \"$@\"\nexit 1\n");
        File.SetUnixFileMode(brokenAtTheEnd, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var stop = new CancellationTokenSource();
        var (clock, uses) = (Stopwatch.StartNew(), new List<Use>());
        List<Source> sources = [.. Enumerable.Range(0, SourcesAtOnce).Select(i => new Source(i, clip, new FfmpegTools(brokenAtTheEnd), stop.Token))];
        while (uses.Count == 0 || uses[^1].Done < Connections)
        {
            Assert.True(clock.Elapsed < Limit, string.Join('\n', sources.Select(s => s.Supervisor.Status)));
            await Task.Delay(100);
            uses.Add(Use.Of(Environment.ProcessId, sources.Sum(s => s.Supervisor.Status.Reconnects)));
        }
        Assert.All(sources, s => Assert.Equal(s.Supervisor.Status.Epoch, s.Supervisor.Counters.Received / 3));
        await stop.CancelAsync();
        foreach (var source in sources) { await source.EndAsync(); }
        List<Use> steady = [.. uses.Where(u => u.Done >= WarmConnections)];
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{steady[^1].Done} reconnects in {clock.Elapsed.TotalSeconds:0} s; resident {steady[0].Rss >> 10} -> {steady[^1].Rss >> 10} KiB, {Slope(steady) / 1024:0.0} KiB per reconnect; files {steady.Min(u => u.Files)}..{steady.Max(u => u.Files)}, threads {steady.Min(u => u.Threads)}..{steady.Max(u => u.Threads)}"));
        // A million bytes for a hundred reconnects would be a leak of a frame's size each time.
        Assert.InRange(Slope(steady) * 100, double.MinValue, MostGrowth);
        AssertConstant(steady);
        Assert.Empty(Ingest.RunningStream.Children());
        Assert.Empty(Ingest.RunningStream.Children("ffprobe"));
    }

    /// <summary>The first and the last third have the same: connections come and go, so that single readings differ.</summary>
    private static void AssertConstant(List<Use> uses)
    {
        var third = Math.Max(1, uses.Count / 3);
        var (first, last) = (uses.Take(third).ToList(), uses.TakeLast(third).ToList());
        Assert.InRange(last.Min(u => u.Files), 0, first.Max(u => u.Files));
        Assert.InRange(last.Average(u => u.Files), 0, first.Average(u => u.Files) + 4);
        Assert.InRange(last.Average(u => u.Threads), 0, first.Average(u => u.Threads) + 4);
    }

    /// <summary>Least squares: bytes per unit of <see cref="Use.Done"/>.</summary>
    private static double Slope(List<Use> uses)
    {
        var (x, y) = (uses.Average(u => (double)u.Done), uses.Average(u => (double)u.Rss));
        var spread = uses.Sum(u => (u.Done - x) * (u.Done - x));
        return spread == 0 ? 0 : uses.Sum(u => (u.Done - x) * (u.Rss - y)) / spread;
    }

    public void Dispose() => _site.Dispose();

    private sealed class Source
    {
        private readonly FrameSlot _slot = new(FullPolicy.Wait);
        private readonly Task _run, _take;

        public Source(int index, string clip, FfmpegTools tools, CancellationToken stop)
        {
            var options = new SourceOptions { Stream = $"s{index}", Url = clip, Pace = SourcePace.Max, FrameSize = static (_, _) => (64, 64) };
            Supervisor = new StreamSupervisor(options, _slot, static _ => { }, static text => text, new Hurried(), NullLogger.Instance, tools, new Random(index));
            _run = Supervisor.RunAsync(stop);
            _take = TakeAsync(stop);
        }

        public StreamSupervisor Supervisor { get; }

        private async Task TakeAsync(CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                _slot.TryTake()?.Dispose();
                await Task.Delay(2, CancellationToken.None);
            }
        }

        public async Task EndAsync()
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _run.WaitAsync(Tools.Patience));
            await _take;
            _slot.Dispose();
            Assert.Equal(0, Supervisor.FramesOutstanding);
        }
    }

    /// <summary>The clock is real, timers go off fifty times as soon.</summary>
    private sealed class Hurried : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, Faster(dueTime), Faster(period));

        private static TimeSpan Faster(TimeSpan time) => time > TimeSpan.Zero ? time / 50 : time;
    }
}
