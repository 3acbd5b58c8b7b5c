using System.Text;
using EdgePose.Delivery.Spool;
using EdgePose.Delivery.Spool.Format;
using EdgePose.Domain;

namespace EdgePose.Tests.Delivery.Spool;

public sealed class DurableSpoolTests
{
    [Fact]
    public void Append_IsNotDurableBeforeTheDiskHasIt()
    {
        var run = new SpoolRun().Open();
        var (_, ticket) = run.Post("front");
        Assert.False(ticket.Completed.IsCompleted);
        run.Take();
        Assert.Empty(run.Out);
        run.RunOnce();
        Assert.Equal(AppendOutcome.Durable, SpoolRun.Outcome(ticket));
        run.Take();
        Assert.Equal("front/1", SpoolRun.Text(Assert.Single(run.Out)));
    }

    [Fact]
    public void Append_PayloadThatHoldsItsNumber_IsToldIt()
    {
        var run = new SpoolRun().Open();
        run.Spool.Append("front", run.Time.GetUtcNow(), "id", static (text, id) => Encoding.UTF8.GetBytes($"{text}-{id.Boot}-{id.Sequence}"));
        run.RunOnce();
        run.Take();
        var record = Assert.Single(run.Out);
        Assert.Equal($"id-{record.Boot}-{record.Sequence}", SpoolRun.Text(record));
    }

    [Fact]
    public void Append_BurstWithinTheInterval_SharesOneSync()
    {
        var run = new SpoolRun().Open();
        run.Spool.RunOnce();
        run.Append("front");
        var syncs = 0;
        run.Disk.Before = (operation, path) => syncs += operation == DiskOperation.Sync && path.EndsWith(SegmentHeader.Extension, StringComparison.Ordinal) ? 1 : 0;
        var tickets = Enumerable.Range(0, 50).Select(_ => run.Post("front").Ticket).ToList();
        Assert.NotNull(run.Spool.RunOnce());
        Assert.All(tickets, t => Assert.False(t.Completed.IsCompleted));
        run.Time.Advance(run.Options.GroupInterval);
        run.Spool.RunOnce();
        Assert.All(tickets, t => Assert.Equal(AppendOutcome.Durable, SpoolRun.Outcome(t)));
        Assert.Equal(1, syncs);
    }

    [Fact]
    public void Append_QueueFull_IsRefusedCountedAndAnnounced()
    {
        var run = new SpoolRun(options: new SpoolSettings { Folder = SpoolRun.Folder, QueueRecords = 5 }).Open();
        var tickets = Enumerable.Range(0, 8).Select(_ => run.Post("front").Ticket).ToList();
        Assert.Equal([0, 0, 0], tickets.Skip(5).Select(t => t.Sequence));
        Assert.All(tickets.Skip(5), t => Assert.Equal(AppendOutcome.QueueFull, SpoolRun.Outcome(t)));
        run.Drain();
        Assert.Equal(5, run.Delivered.Count);
        Assert.Equal(3, run.Spool.Stats().Lost[LossReason.QueueFull]);
        var gap = Assert.Single(run.Gaps);
        Assert.Equal(("front", LossReason.QueueFull, 0, 3), (gap.Stream, gap.Reason, gap.First, gap.Count));
    }

    [Fact]
    public void Append_TooLarge_IsRefusedAndCounted()
    {
        var run = new SpoolRun().Open();
        Assert.Equal(AppendOutcome.TooLarge, SpoolRun.Outcome(run.Post("front", run.Options.MaxPayload + 1).Ticket));
        run.Append("front", size: run.Options.MaxPayload - 10);
        run.Drain();
        Assert.Single(run.Delivered);
        Assert.Equal(1, run.Spool.Stats().Lost[LossReason.TooLarge]);
    }

    [Fact]
    public void Take_NeverMoreThanTheWindow_UntilTheCursorIsOnDisk()
    {
        var run = new SpoolRun().Open();
        run.Append("front", 100);
        run.Take(1000);
        Assert.Equal(32, run.Out.Count);
        for (var i = 0; i < 10; i++) { run.Ack(0); }
        run.Take(1000);
        Assert.Equal(22, run.Out.Count);
        run.RunOnce();
        run.Take(1000);
        Assert.Equal(32, run.Out.Count);
    }

    [Fact]
    public void Take_BacklogOfOneStream_DoesNotHoldUpAnother()
    {
        var run = new SpoolRun().Open();
        run.Append("slow", 10_000);
        run.Append("live");
        run.Take(4);
        Assert.Contains(run.Out, r => r.Stream == "live");
    }

    [Fact]
    public void Ack_OutOfOrder_IsRememberedOverACrash()
    {
        var run = new SpoolRun().Open();
        run.Append("front", 10);
        run.Take();
        foreach (var index in (ReadOnlySpan<int>)[7, 3, 5]) { run.Ack(index); }
        run.RunOnce();
        run.Crash(d => d.PowerCut(new Random(1)));
        run.Open().Drain();
        Assert.Equal(10, run.Delivered.Count);
        Assert.Equal(10, run.Delivered.Select(r => r.Sequence).Distinct().Count());
    }

    [Fact]
    public void Return_All_ComeAgainInTheirOrder()
    {
        var run = new SpoolRun().Open();
        run.Append("a", 5);
        run.Append("b", 5);
        run.Take(6);
        run.Ack(0);
        Assert.Equal(5, run.Reader.ReturnAll());
        run.Out.Clear();
        run.Drain();
        run.AssertBooksBalance();
        Assert.Equal(10, run.Delivered.Count);
    }

    [Fact]
    public void Reject_GoesToTheDeadLettersAndIsAnnounced_AndTheRestGoesOn()
    {
        var run = new SpoolRun().Open();
        run.Append("front", 5);
        run.Take();
        run.Reader.Reject(run.Out[1], "not authorised");
        run.Reader.Reject(run.Out[0], "packet too large");
        run.Out.RemoveRange(0, 2);
        run.RunOnce();
        run.Drain();
        Assert.Equal(3, run.Delivered.Count);
        Assert.Equal([1, 2], run.Gaps.Where(g => g.Reason == LossReason.Rejected).SelectMany(g => new[] { g.First, g.Last }).Distinct().Order());
        var letters = DeadLetters.Read(run.Disk, SpoolRun.Folder);
        Assert.Equal([("front/2", "not authorised", 2L), ("front/1", "packet too large", 1L)], letters.Select(l => (SpoolRun.Text(l.Record), l.Reason, l.Record.Sequence)));
        run.AssertBooksBalance();
    }

    [Fact]
    public void Reject_ThenTheConnectionIsLost_ItDoesNotComeAgain()
    {
        var run = new SpoolRun().Open();
        run.Append("front", 3);
        run.Take();
        Assert.True(run.Reader.Reject(run.Out[1], "no"));
        Assert.False(run.Reader.Reject(run.Out[1], "no"));
        Assert.Equal(2, run.Reader.ReturnAll());
        run.Out.Clear();
        run.Drain();
        Assert.Equal(["front/1", "front/3"], run.Delivered.Select(SpoolRun.Text));
    }

    [Fact]
    public void Reject_ManyLetters_KeepsTheNewestWithinTheLimit()
    {
        var run = new SpoolRun(options: new SpoolSettings { Folder = SpoolRun.Folder, DeadLetterBytes = 20_000 }).Open();
        run.Append("front", 200, size: 500);
        for (var i = 0; i < 200; i++)
        {
            run.Take(1);
            run.Reader.Reject(run.Out[0], "no");
            run.Out.Clear();
            run.RunOnce();
            if (i == 120)
            {
                run.Crash(d => d.Kill());
                run.Open();
            }
        }
        var kept = DeadLetters.Read(run.Disk, SpoolRun.Folder);
        Assert.InRange(kept.Count, 15, 40);
        Assert.Equal("front/200", SpoolRun.Text(kept[^1].Record).TrimEnd('.'));
        Assert.InRange(run.Disk.Files.Where(f => f.Contains("dead-letters", StringComparison.Ordinal)).Sum(f => run.Disk.Content(f).Length), 1, 20_000);
    }

    [Fact]
    public async Task Restart_Clean_GoesOnWithTheNextNumberAndRun()
    {
        var run = new SpoolRun().Open();
        run.Append("front", 3);
        var boot = run.Spool.Stats().Boot;
        await run.CloseAsync();
        run.Open();
        Assert.True(run.Spool.Recovery.IsClean);
        run.Append("front");
        Assert.Equal(4, run.Accepted.Values.Max());
        run.Drain();
        Assert.Equal([boot, boot, boot, boot + 1], run.Delivered.Select(r => r.Boot));
        await run.CloseAsync();
        run.Open();
        Assert.Equal(0, run.Spool.Stats().Depth);
        run.Append("front");
        Assert.Equal(5, run.Accepted.Values.Max());
    }

    [Fact]
    public async Task Append_AfterTheEnd_IsRefused()
    {
        var run = new SpoolRun().Open();
        await run.CloseAsync();
        Assert.Equal(AppendOutcome.Closed, SpoolRun.Outcome(run.Post("front").Ticket));
    }

    [Fact]
    public void Open_FolderInUse_NamesTheProcess()
    {
        var run = new SpoolRun().Open();
        var error = Assert.Throws<UserError>(() => new SpoolRun(run.Disk).Open());
        Assert.Equal(ExitCode.Failed, error.Code);
        Assert.Contains(Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Segments_AllAcknowledged_AreDeleted_TheLastOneStays()
    {
        var run = new SpoolRun(options: new SpoolSettings { Folder = SpoolRun.Folder, MaxBytes = 1 << 20 }).Open();
        for (var i = 0; i < 8; i++) { run.Append("front", 50, size: 1000); }
        Assert.InRange(Segments(run), 3, 5);
        run.Drain();
        Assert.Equal(1, Segments(run));
        Assert.Equal(400, run.Delivered.Count);
    }

    [Fact]
    public void Stats_AddUp()
    {
        var run = new SpoolRun().Open();
        run.Append("front", 10);
        run.Take(4);
        run.Ack(0);
        run.Time.Advance(TimeSpan.FromSeconds(30));
        var stats = run.Spool.Stats();
        Assert.Equal((9, 10, 1, 0, 0), (stats.Depth, stats.Appended, stats.Acknowledged, stats.LostTotal, stats.Volatile));
        Assert.InRange(stats.OldestAge.TotalSeconds, 29, 31);
        Assert.Equal(run.Disk.Files.Where(f => f.EndsWith(".seg", StringComparison.Ordinal)).Sum(f => run.Disk.Content(f).Length), stats.Bytes);
        Assert.Equal("", stats.Fault);
    }

    [Fact]
    public void Available_IsRaisedByNewRecordsAndByRoomInTheWindow()
    {
        var run = new SpoolRun().Open();
        run.RunOnce();
        var raised = 0;
        run.Reader.Available += () => raised++;
        run.Append("front", 40);
        Assert.Equal(1, raised);
        run.Take();
        run.Ack(0);
        run.RunOnce();
        Assert.Equal(2, raised);
        run.RunOnce();
        Assert.Equal(2, raised);
    }

    private static int Segments(SpoolRun run) => run.Disk.Files.Count(f => f.EndsWith(SegmentHeader.Extension, StringComparison.Ordinal));
}
