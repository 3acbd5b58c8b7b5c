using System.Text;
using EdgePose.Delivery.Spool;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Delivery.Spool;

/// <summary>The spool's own thread and whatever its disk may throw.</summary>
public sealed class SpoolThreadTests
{
    public static TheoryData<string> Seams => [.. Enum.GetNames<DiskOperation>().Where(n => n is not ("CreateFolder" or "List" or "Lock" or "OpenRead" or "Read"))];

    [Theory]
    [MemberData(nameof(Seams))]
    public async Task DiskThatThrowsWhatNobodyForesaw_TheThreadGoesOnAndNoNumberDisappears(string seam)
    {
        var (disk, faults) = (new FaultyDisk(), 3);
        var options = new SpoolSettings { Folder = SpoolRun.Folder, RetryInterval = TimeSpan.FromMilliseconds(20), MaxBytes = 1 << 20 };
        disk.Before = (operation, _) =>
        {
            if (operation.ToString() == seam && Interlocked.Decrement(ref faults) >= 0) { throw new InvalidOperationException($"a defect in {seam}"); }
        };
        var spool = DurableSpool.Create(options, disk, TimeProvider.System, () => true, NullLogger.Instance);
        spool.Start();
        var reader = spool.Reader("mqtt");
        var (known, watch, next) = (new HashSet<long>(), System.Diagnostics.Stopwatch.StartNew(), 1L);
        while (watch.Elapsed < TimeSpan.FromSeconds(60) && (next <= 40 || known.Count < next - 1))
        {
            if (next <= 40)
            {
                var ticket = spool.Append("front", DateTimeOffset.UtcNow, Encoding.UTF8.GetBytes($"event {next}"));
                next = ticket.Sequence + 1;
                await ticket.Completed.WaitAsync(TimeSpan.FromSeconds(60));
            }
            else { await Task.Delay(5); }
            foreach (var record in reader.Take(32))
            {
                known.Add(record.Sequence);
                if (record.Gap is { } gap) { known.UnionWith(Enumerable.Range((int)gap.First, (int)(gap.Last - gap.First + 1)).Select(n => (long)n)); }
                reader.Ack(record.Sequence);
                next = Math.Max(next, record.Sequence + 1);
            }
        }

        Assert.Equal(Enumerable.Range(1, (int)next - 1).Select(n => (long)n), known.Order());
        await spool.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));
    }
}
