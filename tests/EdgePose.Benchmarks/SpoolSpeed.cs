using System.Diagnostics;
using System.Globalization;
using EdgePose.Delivery.Spool;
using EdgePose.Delivery.Spool.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Benchmarks;

/// <summary>
/// What the spool does on a real folder: appends at full speed and at a steady rate with the time until each is durable, then the replay of a
/// backlog while live events come in. One run measures all of it, so that the figures belong together.
/// </summary>
internal static class SpoolSpeed
{
    private const int Streams = 8;

    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Length < 1)
        {
            Console.Error.WriteLine("usage: spool FOLDER [--events N] [--bytes N] [--rate N] [--seconds S]");
            return 2;
        }
        int Option(string name, int otherwise) =>
            Array.IndexOf(args, name) is >= 0 and var i && i + 1 < args.Length ? int.Parse(args[i + 1], CultureInfo.InvariantCulture) : otherwise;
        var (events, payload) = (Option("--events", 50_000), new byte[Option("--bytes", 700)]);
        new Random(1).NextBytes(payload);
        var folder = Path.Combine(Path.GetFullPath(args[0]), $"spool-bench-{Environment.ProcessId}");
        try
        {
            await BareAsync(folder, payload);
            await AppendAsync(folder + "/full", payload, events, rate: 0);
            await AppendAsync(folder + "/steady", payload, Option("--rate", 1000) * Option("--seconds", 10), Option("--rate", 1000));
            await AppendAsync(folder + "/alone", payload, 500, rate: 50);
            await ReplayAsync(folder + "/replay", payload, 10_000);
            await BareAsync(folder, payload);
        }
        finally { Directory.Delete(folder, recursive: true); }
        return 0;
    }

    /// <summary>What the disk and the scheduler of this moment take by themselves: append and flush one record, 50 times a second.</summary>
    private static async Task BareAsync(string folder, byte[] payload)
    {
        Directory.CreateDirectory(folder);
        var ms = new double[250];
        using (var file = new PosixFileSystem().Create(folder + "/bare"))
        {
            for (var i = 0; i < ms.Length; i++)
            {
                await Task.Delay(20);
                var begun = Stopwatch.GetTimestamp();
                file.Write(payload);
                file.Sync();
                ms[i] = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            }
        }
        Array.Sort(ms);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"bare write + fdatasync       p50 {ms[ms.Length / 2]:0.00} ms, p99 {ms[ms.Length * 99 / 100]:0.00} ms, max {ms[^1]:0.0} ms"));
    }

    private static DurableSpool Open(string folder) =>
        DurableSpool.Open(new SpoolSettings { Folder = folder }, TimeProvider.System, static () => true, NullLogger<DurableSpool>.Instance);

    private static async Task AppendAsync(string folder, byte[] payload, int events, int rate)
    {
        await using var spool = Open(folder);
        var ms = new double[events];
        var done = new Task[events];
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < events; i++)
        {
            while (rate > 0 && Stopwatch.GetElapsedTime(start).TotalSeconds * rate < i) { await Task.Delay(1); }
            var begun = Stopwatch.GetTimestamp();
            var ticket = spool.Append("s" + i % Streams, DateTimeOffset.UnixEpoch, payload);
            while (ticket.Sequence == 0)
            {
                // Full speed means that the queue is the limit.
                await Task.Delay(1);
                begun = Stopwatch.GetTimestamp();
                ticket = spool.Append("s" + i % Streams, DateTimeOffset.UnixEpoch, payload);
            }
            done[i] = TimeAsync(ticket, begun, ms, i);
        }
        await Task.WhenAll(done);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Array.Sort(ms);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"append {(rate == 0 ? "full speed" : $"{rate}/s"),-10} {events / seconds,9:0} events/s  until durable p50 {ms[events / 2]:0.00} ms, p99 {ms[events * 99 / 100]:0.00} ms, max {ms[^1]:0.0} ms; sync p99 {spool.Stats().SyncP99Ms:0.00} ms"));
    }

    private static async Task TimeAsync(AppendTicket ticket, long begun, double[] ms, int at)
    {
        if (await ticket.Completed.ConfigureAwait(false) != AppendOutcome.Durable) { throw new InvalidOperationException("the disk refused"); }
        ms[at] = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }

    private static async Task ReplayAsync(string folder, byte[] payload, int backlog)
    {
        await using (var before = Open(folder))
        {
            for (var i = 0; i < backlog;)
            {
                if (before.Append("s0", DateTimeOffset.UnixEpoch, payload).Sequence > 0) { i++; }
                else { await Task.Delay(1); }
            }
        }
        var opening = Stopwatch.GetTimestamp();
        await using var spool = Open(folder);
        var opened = Stopwatch.GetElapsedTime(opening);
        var reader = spool.Reader("mqtt");
        using var news = new SemaphoreSlim(0);
        reader.Available += () => news.Release();
        var (start, taken, own, other) = (Stopwatch.GetTimestamp(), 0, 0.0, 0.0);
        var sameStream = spool.Append("s0", DateTimeOffset.UnixEpoch, payload).Sequence;
        var otherStream = spool.Append("live", DateTimeOffset.UnixEpoch, payload).Sequence;
        while (taken < backlog + 2)
        {
            var records = reader.Take(32);
            foreach (var record in records)
            {
                taken++;
                if (record.Sequence == sameStream) { own = Stopwatch.GetElapsedTime(start).TotalSeconds; }
                if (record.Sequence == otherStream) { other = Stopwatch.GetElapsedTime(start).TotalSeconds; }
                reader.Ack(record.Sequence);
            }
            if (records.Count == 0) { await news.WaitAsync(20); }
        }
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"replay of {backlog}: {taken / seconds:0} events/s with every acknowledgement on disk; opened in {opened.TotalMilliseconds:0} ms; a live event of the same stream waits {own:0.00} s, of another one {other:0.000} s"));
    }
}
