using System.Text;
using EdgePose.Delivery.Spool;
using EdgePose.Peers;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.SystemTests.Spool;

/// <summary>The spool on a real disk that is too small, full of others' files, or read-only.</summary>
public sealed class F34_SmallDiskTests
{
    private readonly List<SpoolRecord> _events = [];
    private readonly List<GapNotice> _gaps = [];
    private int _number;

    [Fact]
    public async Task TmpfsOfOneMebibyte_FullReadOnlyAndBack_EverythingIsAccountedFor()
    {
        await using var disk = await SmallDisk.CreateAsync("1m");
        await using (var spool = Open(disk))
        {
            // Nobody reads: the disk fills, and the oldest give way.
            for (var i = 0; i < 60; i++) { await AppendAsync(spool, 50, AppendOutcome.Durable); }
            Assert.True(spool.Stats().Lost[LossReason.DiskFull] > 1000);
            await DrainAsync(spool);
            Assert.Equal(3000, _events.Count + _gaps.Sum(g => g.Count));
            Assert.Equal($"{_number}", Text(_events[^1]));

            // Somebody else takes all the room.
            var others = Path.Combine(disk.Path, "others");
            await FillAsync(others);
            _events.Clear();
            for (var i = 0; i < 40; i++)
            {
                await AppendAsync(spool, 10, null);
                await DrainAsync(spool);
            }
            Assert.True(spool.Stats().Volatile > 0);
            Assert.Equal(400, _events.Count);
            await AppendAsync(spool, 200, AppendOutcome.Volatile);
            File.Delete(others);
            await Tools.UntilAsync(() => spool.Stats().Fault.Length == 0, "the room was not used again");
            await AppendAsync(spool, 10, AppendOutcome.Durable);
        }

        // A new start has what memory had kept.
        _events.Clear();
        await disk.SetReadOnlyAsync(true);
        await using (var spool = Open(disk))
        {
            Assert.Equal(210, spool.Stats().Depth);
            await AppendAsync(spool, 30, AppendOutcome.Volatile);
            await DrainAsync(spool);
            Assert.Equal(240, _events.Count);
            await disk.SetReadOnlyAsync(false);
            await Tools.UntilAsync(() => spool.Stats().Fault.Length == 0, "the disk was not used again");
            await AppendAsync(spool, 10, AppendOutcome.Durable);
        }
        _events.Clear();
        await using (var spool = Open(disk)) { await DrainAsync(spool); }
        Assert.Equal(10, _events.Count(e => int.Parse(Text(e), System.Globalization.CultureInfo.InvariantCulture) > _number - 10));
        Assert.DoesNotContain(_gaps, g => g.Reason is LossReason.Damaged or LossReason.Missing);
    }

    private static DurableSpool Open(SmallDisk disk) => DurableSpool.Open(
        new SpoolSettings { Folder = Path.Combine(disk.Path, "spool"), RetryInterval = TimeSpan.FromMilliseconds(200) }, TimeProvider.System, () => true,
        NullLogger<DurableSpool>.Instance);

    private async Task AppendAsync(DurableSpool spool, int count, AppendOutcome? expected)
    {
        var tickets = Enumerable.Range(0, count)
            .Select(_ => spool.Append("a", DateTimeOffset.UnixEpoch, Encoding.ASCII.GetBytes($"{++_number}".PadRight(1000)))).ToList();
        foreach (var ticket in tickets)
        {
            var outcome = await ticket.Completed;
            if (expected is { } wanted) { Assert.Equal(wanted, outcome); }
        }
    }

    private async Task DrainAsync(DurableSpool spool)
    {
        await Tools.UntilAsync(
            () =>
            {
                foreach (var record in spool.Reader("mqtt").Take(32))
                {
                    if (record.Gap is { } gap) { _gaps.Add(gap); }
                    else { _events.Add(record); }
                    spool.Reader("mqtt").Ack(record.Sequence);
                }
                return spool.Stats().Depth == 0;
            },
            "the spool was not drained");
    }

    private static async Task FillAsync(string path)
    {
        await using var file = File.Create(path);
        try
        {
            while (true)
            {
                await file.WriteAsync(new byte[4096]);
                await file.FlushAsync();
            }
        }
        catch (IOException)
        {
            // Full, as wanted.
            return;
        }
    }

    private static string Text(SpoolRecord record) => Encoding.ASCII.GetString(record.Payload.Span).TrimEnd();
}
