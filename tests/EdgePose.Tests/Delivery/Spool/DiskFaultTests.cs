using EdgePose.Delivery.Spool;
using EdgePose.Delivery.Spool.Storage;

namespace EdgePose.Tests.Delivery.Spool;

/// <summary>F34: a disk that is full, read-only, broken or gone, at every operation, and its return.</summary>
public sealed class DiskFaultTests
{
    private static readonly SpoolSettings Small = new() { Folder = SpoolRun.Folder, MaxBytes = 1 << 20, KernelBoot = Guid.Empty };

    [Theory]
    [InlineData(Errno.NoSpace)]
    [InlineData(Errno.ReadOnly)]
    [InlineData(Errno.InputOutput)]
    public void FaultFromEveryOperationOn_EventsGoOn_AndAllIsAccountedForAfterwards(int errno)
    {
        for (var from = 1; ; from += 3)
        {
            var run = new SpoolRun(options: Small).Open();
            run.RunOnce();
            var (start, broken) = (run.Disk.Operations, true);
            run.Disk.Before = (operation, _) =>
            {
                // A read-only file system still reads, and so does a full one.
                if (broken && run.Disk.Operations - start >= from && (errno == Errno.InputOutput || IsWrite(operation))) { throw FaultyDisk.Failure(errno); }
            };
            Work(run);
            var reached = run.Disk.Operations - start >= from;
            broken = false;
            run.Time.Advance(TimeSpan.FromSeconds(2));
            run.RunOnce();
            run.RunOnce();
            Assert.Equal("", run.Spool.Stats().Fault);
            run.Append("a", 3);
            run.Drain();
            var place = $"errno {errno} from operation {from}";
            AssertAllAccounted(run, place);
            run.AssertEveryNumberIsKnown(run.Accepted.Concat(run.Volatile).Max(a => a.Value));
            run.Crash(d => d.PowerCut(new Random(from)));
            run.Open();
            var gaps = run.Gaps.Count;
            run.Append("b", 3);
            run.Drain();
            AssertAllAccounted(run, place);
            Assert.True(gaps == run.Gaps.Count, place + ": announced again after the restart");
            Assert.InRange(run.Duplicates, 0, 0);
            if (!reached) { return; }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void OneFailureAtEveryOperation_IsSurvived(int readers)
    {
        for (var at = 1; ; at += 3)
        {
            var run = new SpoolRun(options: readers == 1 ? Small : Small with { Readers = ["mqtt", "lines"] }).Open();
            var start = run.Disk.Operations;
            run.Disk.Before = (_, _) =>
            {
                if (run.Disk.Operations - start == at) { throw FaultyDisk.Failure(Errno.InputOutput); }
            };
            Work(run);
            run.Time.Advance(TimeSpan.FromSeconds(2));
            run.RunOnce();
            Assert.Equal("", run.Spool.Stats().Fault);
            run.Drain();
            AssertAllAccounted(run, $"failure of operation {at}");
            if (run.Disk.Operations - start < at) { return; }
        }
    }

    [Fact]
    public void FailureWhileOpening_AtEveryOperation_NeverThrows_AndDestroysNothing()
    {
        for (var at = 1; ; at += 2)
        {
            var run = new SpoolRun(options: Small).Open();
            Work(run);
            run.Crash(d => d.PowerCut(new Random(at)));
            var (start, failed) = (run.Disk.Operations, false);
            run.Disk.Before = (_, _) =>
            {
                if (run.Disk.Operations - start == at) { failed = true; throw FaultyDisk.Failure(Errno.InputOutput); }
            };
            run.Open();
            var opened = run.Disk.Operations - start;
            run.Append("a", 2);
            run.Drain();
            run.Disk.Before = null;
            run.Crash(d => d.Kill());
            run.Open();
            run.Append("a", 2);
            run.Drain();
            // A segment that could not be read at one start and can at the next comes late.
            run.AssertBooksBalance(inOrder: false);
            if (!failed || at > opened) { return; }
        }
    }

    [Fact]
    public void DiskFull_TheOldestGiveWay_AndTheLossIsNamed()
    {
        var run = new SpoolRun(new FaultyDisk { Capacity = 1 << 20 }, new SpoolSettings { Folder = SpoolRun.Folder }).Open();
        for (var i = 0; i < 40; i++)
        {
            run.Append("a", 30, size: 1000);
            Assert.Equal("", run.Spool.Stats().Fault);
        }
        Assert.Empty(run.Volatile);
        run.Drain();
        run.AssertBooksBalance();
        Assert.InRange(run.Delivered.Count, 700, 1000);
        Assert.Equal(1200, run.Delivered.Count + run.Gaps.Sum(g => g.Count));
        Assert.All(run.Gaps, g => Assert.Equal(("a", LossReason.DiskFull), (g.Stream, g.Reason)));
        Assert.Equal("a/1200", SpoolRun.Text(run.Delivered[^1]).TrimEnd('.'));
    }

    [Fact]
    public void DiskFull_TheAnnouncementIsOnDiskBeforeTheCursorPassesTheLoss()
    {
        for (var fill = 0; fill < 60; fill++)
        {
            var disk = new FaultyDisk { Capacity = 400_000 };
            var run = new SpoolRun(disk, new SpoolSettings { Folder = SpoolRun.Folder, MaxBytes = 1 << 20 }).Open();
            for (var i = 0; run.Spool.Stats().Lost[LossReason.DiskFull] == 0; i++) { run.Append(i % 2 == 0 ? "a" : "b", 1 + fill % 5, size: 1000 + 40 * fill); }
            run.Crash(d => d.PowerCut(new Random(fill)));
            disk.Capacity = long.MaxValue;
            run.Open().Drain();
            run.AssertBooksBalance();
        }
    }

    [Fact]
    public void DiskFullOfOthers_MemoryTakesOver_AndTheDiskIsUsedAgainWithoutRestart()
    {
        var disk = new FaultyDisk();
        var run = new SpoolRun(disk, new SpoolSettings { Folder = SpoolRun.Folder, MemoryRecords = 100 }).Open();
        run.Append("a", 10);
        run.RunOnce();
        disk.Capacity = disk.Used + 20;
        run.Append("a", 10);
        Assert.NotEqual("", run.Spool.Stats().Fault);
        Assert.Equal(10, run.Volatile.Count);
        run.Take();
        Assert.Equal(20, run.Out.Count);
        run.Reader.ReturnAll();
        run.Out.Clear();
        run.Append("a", 200);
        Assert.Equal(110, run.Spool.Stats().Lost[LossReason.MemoryLimit]);
        disk.Capacity = long.MaxValue;
        run.Time.Advance(TimeSpan.FromSeconds(1.1));
        run.RunOnce();
        run.RunOnce();
        Assert.Equal("", run.Spool.Stats().Fault);
        run.Crash(d => d.PowerCut(new Random(1)));
        run.Open().Drain();
        Assert.Equal(110, run.Delivered.Count);
        Assert.Equal(110, run.Gaps.Sum(g => g.Count));
        run.AssertBooksBalance();
        Assert.Equal(220, run.Delivered.Select(d => d.Sequence).Concat(run.Gaps.SelectMany(g => Range(g.First, g.Last))).Distinct().Count(s => s <= 220));
    }

    [Fact]
    public void FaultOfManyHours_TheWindowDoesNotFill()
    {
        var run = new SpoolRun().Open();
        run.Append("a");
        run.Disk.Before = (operation, _) =>
        {
            if (IsWrite(operation)) { throw FaultyDisk.Failure(Errno.ReadOnly); }
        };
        for (var i = 0; i < 200; i++)
        {
            run.Append("a", 5);
            run.Take();
            while (run.Out.Count > 0) { run.Ack(0); }
            run.RunOnce();
            run.Time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.InRange(run.Delivered.Count, 990, 1001);
    }

    [Fact]
    public void FolderRemovedWhileRunning_IsNoticedNamedAndMadeAgain()
    {
        var run = new SpoolRun().Open();
        run.Append("a", 10);
        run.RunOnce();
        run.Disk.RemoveAll();
        run.Append("a", 5);
        Assert.Equal(5, run.Volatile.Count);
        run.Time.Advance(TimeSpan.FromSeconds(1.1));
        run.RunOnce();
        run.Append("a", 5);
        Assert.Equal(15, run.Accepted.Count);
        Assert.Contains(SpoolRun.Folder + "/" + SpoolLock.FileName, run.Disk.Files);
        run.Drain();
        run.AssertBooksBalance();
        Assert.Equal(10, run.Delivered.Count);
        Assert.Equal((LossReason.Missing, 1, 10, 10), Assert.Single(run.Gaps) is var g ? (g.Reason, g.First, g.Last, g.Count) : default);
    }

    [Fact]
    public void ReadOnlyFromTheStart_EventsPassThroughMemory()
    {
        var run = new SpoolRun(options: Small).Open();
        run.Append("a", 5);
        run.Crash(d => d.Kill());
        var readOnly = true;
        run.Disk.Before = (operation, _) =>
        {
            if (readOnly && IsWrite(operation)) { throw FaultyDisk.Failure(Errno.ReadOnly); }
        };
        run.Open();
        run.Append("a", 5);
        Assert.Equal(5, run.Volatile.Count);
        run.Drain();
        Assert.Equal(10, run.Delivered.Count);
        readOnly = false;
        run.Time.Advance(TimeSpan.FromSeconds(1.1));
        run.RunOnce();
        run.Append("a", 5);
        Assert.Equal(10, run.Accepted.Count);
        run.Drain();
        Assert.Equal(15, run.Delivered.Count);
        Assert.Empty(run.Gaps);
    }

    private static bool IsWrite(DiskOperation o) => o is DiskOperation.Create or DiskOperation.OpenAppend or DiskOperation.OpenOverwrite or DiskOperation.Write or DiskOperation.Sync
        or DiskOperation.Truncate or DiskOperation.Rename or DiskOperation.Delete or DiskOperation.SyncFolder or DiskOperation.Lock;

    private static void Work(SpoolRun run)
    {
        for (var round = 0; round < 8; round++)
        {
            run.Append("a", 6, size: 3000);
            run.Append("b", 5, size: 3000);
            run.Take(8);
            while (run.Out.Count > 0) { run.Ack(run.Out.Count - 1); }
            run.RunOnce();
            if (round == 5) { run.Time.Advance(TimeSpan.FromSeconds(1.1)); }
        }
    }

    /// <summary>Accepted on disk or in memory, delivered or named: nothing is forgotten as long as the process lives.</summary>
    private static void AssertAllAccounted(SpoolRun run, string place)
    {
        var arrived = run.Delivered.Select(SpoolRun.Text).ToHashSet();
        foreach (var (payload, sequence) in run.Accepted.Concat(run.Volatile).Where(a => !arrived.Contains(a.Key)))
        {
            Assert.True(run.IsAnnounced(payload.Split('/')[0], sequence), $"{place}: {payload.TrimEnd('.')} neither arrived nor was announced");
        }
        foreach (var other in run.Readers.Skip(1)) { other.AssertBalance(run.Accepted.Concat(run.Volatile)); }
        run.AssertOrderPerStream();
        Assert.Equal(0, run.Spool.Stats().Depth);
    }

    private static IEnumerable<long> Range(long first, long last)
    {
        for (var s = first; s <= last; s++) { yield return s; }
    }
}
