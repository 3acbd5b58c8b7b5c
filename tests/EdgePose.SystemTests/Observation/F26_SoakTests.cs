using System.Diagnostics;
using System.Globalization;
using EdgePose.Domain;
using EdgePose.Peers;

namespace EdgePose.SystemTests.Observation;

/// <summary>Weeks of running, in the time of a test: nothing may grow with the number of frames or of connections.</summary>
[Trait("Category", "Long")]
public sealed class F26_SoakTests(ITestOutputHelper output) : IDisposable
{
    private const int Frames = 200_000, Connections = 200, WarmConnections = 60;
    private const double MostGrowth = 1 << 20;

    /// <summary>The runtime compiles what is hot, and fills the youngest generation for the first time.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    private readonly TinySite _site = new();

    /// <summary>The daemon, its own ffmpeg, 200,000 frames from the pipe to the message; watched from outside.</summary>
    [Fact(DisableParallelization = true)]
    public async Task TwoHundredThousandFrames_MemoryDescriptorsThreadsAndProcessesStayConstant()
    {
        _site.Configure($"  clip: {{ url: {await _site.ClipAsync(5000)}, fps: 0, pace: max, loop: true }}");
        await using var daemon = _site.Run("-q");
        var (clock, steady) = (Stopwatch.StartNew(), new List<ProcessUse>());
        while (steady.Count == 0 || steady[^1].Done < steady[0].Done + Frames)
        {
            Assert.True(clock.Elapsed < Limit, $"{steady.LastOrDefault()}\n{string.Join('\n', daemon.Log)}");
            await Task.Delay(200);
            if (await _site.SnapshotAsync() is not { Streams: [{ State: StreamState.Online } stream] } || clock.Elapsed < WarmUp) { continue; }
            steady.Add(ProcessUse.Of(daemon.Id, stream.Processed, daemon.Children().Count));
            Assert.Equal(1, stream.Epoch);
        }
        // What collections leave: between two of them the heap grows by what it may.
        List<ProcessUse> least = [.. steady.Chunk(Math.Max(1, steady.Count / 10)).Select(c => c.MinBy(u => u.Rss)!)];
        var slope = ProcessUse.Slope(least) * 100_000;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{steady[^1].Done - steady[0].Done} frames after the first {steady[0].Done}, {clock.Elapsed.TotalSeconds:0} s; resident {steady[0].Rss >> 10} -> {steady[^1].Rss >> 10} KiB, {slope / 1024:0} KiB per 100,000 frames; files {steady[0].Files} -> {steady[^1].Files}, threads {steady[0].Threads} -> {steady[^1].Threads}, ffmpeg {steady[^1].Children}"));
        Assert.InRange(slope, double.MinValue, MostGrowth);
        AssertConstant(steady);
        Assert.All(steady, u => Assert.Equal(1, u.Children));
    }

    /// <summary>Real probes, real ffmpegs that end after a few frames with an error, the real supervisor with pauses that pass fifty times as fast.</summary>
    [Fact(DisableParallelization = true)]
    public async Task TwoHundredReconnects_MemoryDescriptorsThreadsAndProcessesStayConstant()
    {
        var brokenAtTheEnd = Path.Combine(_site.Folder, "ffmpeg.sh");
        await File.WriteAllTextAsync(brokenAtTheEnd, "#!/bin/sh\nffmpeg \"$@\"\nexit 1\n");
        File.SetUnixFileMode(brokenAtTheEnd, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var (clock, uses) = (Stopwatch.StartNew(), new List<ProcessUse>());
        var end = await ReconnectingSources.WatchAsync(await _site.ClipAsync(3), brokenAtTheEnd, WarmConnections + Connections, Limit, uses.Add);
        List<ProcessUse> steady = [.. uses.Where(u => u.Done >= WarmConnections)];
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{steady[^1].Done} reconnects in {clock.Elapsed.TotalSeconds:0} s; resident {steady[0].Rss >> 10} -> {steady[^1].Rss >> 10} KiB, {ProcessUse.Slope(steady) / 1024:0.0} KiB per reconnect; files {steady.Min(u => u.Files)}..{steady.Max(u => u.Files)}, threads {steady.Min(u => u.Threads)}..{steady.Max(u => u.Threads)}; {end}"));
        // What each connection leaves behind is there at every later reading; what a reading meets in the middle of a connection is not.
        var third = Math.Max(1, steady.Count / 3);
        var (before, after) = (steady.Take(third).Min(u => u.Rss), steady.TakeLast(third).Min(u => u.Rss));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the least of the first third {before >> 10} KiB, of the last {after >> 10} KiB"));
        Assert.InRange(after - before, long.MinValue, (long)MostGrowth);
        AssertConstant(steady);
        Assert.Equal("ended processes 0 frames 0 short 0", end);
    }

    /// <summary>The first and the last third have the same: connections come and go, so that single readings differ.</summary>
    private static void AssertConstant(List<ProcessUse> uses)
    {
        var third = Math.Max(1, uses.Count / 3);
        var (first, last) = (uses.Take(third).ToList(), uses.TakeLast(third).ToList());
        Assert.InRange(last.Min(u => u.Files), 0, first.Max(u => u.Files));
        Assert.InRange(last.Average(u => u.Files), 0, first.Average(u => u.Files) + 4);
        Assert.InRange(last.Average(u => u.Threads), 0, first.Average(u => u.Threads) + 4);
    }

    public void Dispose() => _site.Dispose();
}
