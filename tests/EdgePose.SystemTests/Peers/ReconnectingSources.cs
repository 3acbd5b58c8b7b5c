using System.Diagnostics;
using EdgePose.Domain;
using EdgePose.Networks.Runtime;
using EdgePose.Streams;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Peers;

/// <summary>
/// A process of its own, so that nothing else is in its memory, that does nothing but lose and find four sources: real probes, real ffmpegs
/// that end after a few frames with an error, the product's supervisor with pauses that pass fifty times as fast. Writes
/// <c>connections rss files threads</c> every so often, and last <c>ended</c> with the processes and frames that were left over.
/// </summary>
internal static class ReconnectingSources
{
    private const int SourcesAtOnce = 4, FramesEach = 3;

    /// <summary>Starts the process, calls back for each of its lines, and returns when it has ended.</summary>
    public static async Task<string> WatchAsync(string clip, string ffmpeg, int connections, TimeSpan limit, Action<ProcessUse> each)
    {
        var start = Tools.Role("reconnects", clip, ffmpeg, connections.ToString((IFormatProvider?)null));
        start.RedirectStandardError = true;
        // Compiled once and for all: code that is compiled again while it gets hot looks like a leak for hundreds of connections.
        start.Environment["DOTNET_TieredCompilation"] = "0";
        using var process = Process.Start(start)!;
        using var late = new CancellationTokenSource(limit);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            while (await process.StandardOutput.ReadLineAsync(late.Token) is { } line)
            {
                if (line.StartsWith("ended", StringComparison.Ordinal)) { return line; }
                var n = line.Split(' ').Select(long.Parse).ToArray();
                each(new ProcessUse(n[0], n[1], (int)n[2], (int)n[3], 0));
            }
            throw new InvalidOperationException(await errors);
        }
        finally
        {
            if (!process.HasExited) { process.Kill(entireProcessTree: true); }
        }
    }

    /// <summary>The process itself.</summary>
    public static async Task RunAsync(string clip, string ffmpeg, int connections)
    {
        using var stop = new CancellationTokenSource();
        List<Source> sources = [.. Enumerable.Range(0, SourcesAtOnce).Select(i => new Source(i, clip, new FfmpegTools(ffmpeg), stop.Token))];
        long done;
        do
        {
            await Task.Delay(300);
            // What is still in use counts, not what the next collection or the allocator has yet to give back.
            FreeMemory.TrimAll();
            done = sources.Sum(s => s.Supervisor.Status.Reconnects);
            var use = ProcessUse.Of(Environment.ProcessId, done, 0);
            Console.WriteLine($"{use.Done} {use.Rss} {use.Files} {use.Threads}");
        }
        while (done < connections);
        await stop.CancelAsync();
        foreach (var source in sources) { await source.EndAsync(); }
        var children = Tools.Children(Environment.ProcessId, "ffmpeg", "ffprobe").Length;
        Console.WriteLine($"ended processes {children} frames {sources.Sum(s => s.Supervisor.FramesOutstanding)} short {sources.Count(s => s.Supervisor.Counters.Received < FramesEach * (s.Supervisor.Status.Epoch - 1))}");
    }

    private sealed class Source
    {
        private readonly FrameSlot _slot = new(FullPolicy.Wait);
        private readonly Task _run, _take;

        public Source(int index, string clip, FfmpegTools tools, CancellationToken stop)
        {
            var options = new SourceSettings { Stream = $"s{index}", Url = clip, Pace = SourcePace.Max, FrameSize = static (_, _) => (64, 64) };
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
            await _run.WaitAsync(Tools.Patience).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.OnlyOnCanceled, TaskScheduler.Default);
            await _take;
            _slot.Dispose();
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
