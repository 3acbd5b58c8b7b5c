using EdgePose.Delivery.Spool;
using EdgePose.Delivery.Spool.Format;

namespace EdgePose.Tests.Delivery.Spool;

/// <summary>Several sinks read one spool: what one does, fails to do, or loses is nothing to the others.</summary>
public sealed class ReadersTests
{
    private static readonly SpoolSettings Two = new() { Folder = SpoolRun.Folder, MaxBytes = 1 << 20, Readers = ["fast", "slow"], KernelBoot = Guid.Empty };

    [Fact]
    public void TwoReaders_EachGetsEverythingInOrder_AndKeepsItsOwnPositionOverACrash()
    {
        var run = new SpoolRun(options: Two).Open();
        var (fast, slow) = (run.Readers[0], run.Readers[1]);
        run.Append("a", 10);
        run.Append("b", 10);
        run.Drain(fast);
        slow.Take(5);
        slow.AckAll();
        run.RunOnce();
        run.Crash(d => d.PowerCut(new Random(1)));
        run.Open();
        Assert.Equal((0, 15), (fast.Reader.Depth, slow.Reader.Depth));
        run.Drain();
        run.AssertBooksBalance();
        Assert.All(run.Readers, r => Assert.Equal((20, 0), (r.Delivered.Count, r.Duplicates)));
    }

    [Fact]
    public void DeadReader_FillsNoWindowButItsOwn_AndOnlyDiskGrows()
    {
        var run = new SpoolRun(options: Two with { MaxBytes = 8 << 20 }).Open();
        var (fast, slow) = (run.Readers[0], run.Readers[1]);
        slow.Take(1000);
        for (var i = 0; i < 100; i++)
        {
            run.Append("a", 20, size: 1000);
            run.Drain(fast);
        }
        Assert.Equal(2000, fast.Delivered.Count);
        Assert.Equal(2000, slow.Reader.Depth);
        Assert.True(Segments(run) > 1);
        run.Drain(slow);
        run.AssertBooksBalance();
        Assert.Equal((2000, 1), (slow.Delivered.Count, Segments(run)));
    }

    [Fact]
    public void SizeLimit_TheSlowReaderLosesAndIsTold_TheFastOneLosesNothing()
    {
        var run = new SpoolRun(options: Two).Open();
        var (fast, slow) = (run.Readers[0], run.Readers[1]);
        for (var i = 0; i < 150; i++)
        {
            run.Append("a", 20, size: 1000);
            run.Drain(fast);
            Assert.InRange(run.Spool.Stats().Bytes, 0, run.Options.MaxBytes);
        }
        run.Drain();
        run.AssertBooksBalance();
        run.AssertEveryNumberIsKnown(run.Accepted.Values.Max());
        Assert.Equal(3000, fast.Delivered.Count);
        Assert.All(fast.Gaps, g => Assert.Equal((LossReason.Elsewhere, 0), (g.Reason, g.Count)));
        Assert.InRange(fast.Gaps.Count, 1, 30);
        Assert.InRange(slow.Delivered.Count, 500, 1000);
        Assert.Equal(3000, slow.Delivered.Count + slow.Gaps.Sum(g => g.Count));
        Assert.Equal(0, fast.Reader.Stats().LostTotal);
        Assert.Equal(slow.Gaps.Sum(g => g.Count), slow.Reader.Stats().Lost[LossReason.SizeLimit]);
        Assert.Equal(slow.Reader.Stats().LostTotal, run.Spool.Stats().LostTotal);
    }

    [Fact]
    public void SizeLimit_BothLoseTheSame_OneNoticeIsForBoth()
    {
        var run = new SpoolRun(options: Two).Open();
        for (var i = 0; i < 60; i++) { run.Append("a", 20, size: 1000); }
        run.Drain();
        run.AssertBooksBalance();
        Assert.Equal(run.Readers[0].GapNumbers, run.Readers[1].GapNumbers);
        Assert.All(run.Readers, r => Assert.Equal(1200, r.Delivered.Count + r.Gaps.Sum(g => g.Count)));
        Assert.All(run.Readers, r => Assert.All(r.Gaps, g => Assert.Equal(LossReason.SizeLimit, g.Reason)));
    }

    [Fact]
    public void SizeLimit_NoticesThatAreDroppedThemselves_AreNamedToEachReader()
    {
        var run = new SpoolRun(options: Two).Open();
        var (fast, slow) = (run.Readers[0], run.Readers[1]);
        for (var i = 0; i < 300; i++)
        {
            run.Append(i % 2 == 0 ? "a" : "b", 20, size: 1000);
            // Every now and then the fast one is away for longer than the limit allows, too.
            if (i % 100 < 30) { run.Drain(fast); }
        }
        run.Drain();
        run.AssertBooksBalance();
        run.AssertEveryNumberIsKnown(run.Accepted.Values.Max());
        Assert.All(run.Readers, r => Assert.Equal(6000, r.Delivered.Count + r.Gaps.Sum(g => g.Count)));
        Assert.True(slow.Delivered.Count < fast.Delivered.Count);
    }

    [Fact]
    public void Reject_ConcernsItsReaderOnly()
    {
        var run = new SpoolRun(options: Two).Open();
        var (fast, slow) = (run.Readers[0], run.Readers[1]);
        run.Append("a", 3);
        fast.Take();
        Assert.True(fast.Reader.Reject(fast.Out[1], "no"));
        fast.Out.RemoveAt(1);
        run.RunOnce();
        fast.AckAll();
        run.Drain();
        run.AssertBooksBalance();
        run.AssertEveryNumberIsKnown(4);
        Assert.Equal((2, 3), (fast.Delivered.Count, slow.Delivered.Count));
        Assert.Equal((LossReason.Rejected, 2L, 2L, 1L), Assert.Single(fast.Gaps) is var g ? (g.Reason, g.First, g.Last, g.Count) : default);
        Assert.Equal((LossReason.Elsewhere, 0L), Assert.Single(slow.Gaps) is var s ? (s.Reason, s.Count) : default);
        Assert.Equal("a/2", SpoolRun.Text(Assert.Single(DeadLetters.Read(run.Disk, SpoolRun.Folder)).Record));
        Assert.Contains(run.Disk.Files, f => f.EndsWith("dead-letters-fast", StringComparison.Ordinal));
    }

    [Fact]
    public void MemoryLimit_TheDeadReaderLoses_TheOtherIsServedFromMemory()
    {
        var run = new SpoolRun(options: Two with { MemoryRecords = 100 }).Open();
        var (fast, slow) = (run.Readers[0], run.Readers[1]);
        var isBroken = true;
        run.Disk.Before = (o, _) =>
        {
            if (isBroken && o is DiskOperation.Write or DiskOperation.Create or DiskOperation.OpenOverwrite) { throw FaultyDisk.Failure(30); }
        };
        for (var i = 0; i < 40; i++)
        {
            run.Append("a", 20);
            run.Drain(fast);
        }
        Assert.Equal(800, fast.Delivered.Count);
        Assert.InRange(slow.Reader.Depth, 90, 101);
        isBroken = false;
        run.Disk.Before = null;
        run.Time.Advance(TimeSpan.FromSeconds(2));
        run.RunOnce();
        run.RunOnce();
        run.Crash(d => d.PowerCut(new Random(3)));
        run.Open().Drain();
        Assert.All(run.Readers, r => r.AssertBalance(run.Volatile));
        Assert.Equal(800, slow.Delivered.Count + slow.Gaps.Sum(g => g.Count));
        Assert.Equal((800, 0), (fast.Delivered.Count, fast.Duplicates));
    }

    [Fact]
    public void NewReader_OverARestart_BeginsWithWhatIsAcceptedFromThenOn()
    {
        var run = new SpoolRun(options: Two with { Readers = ["fast"] }).Open();
        run.Append("a", 10);
        run.Crash(d => d.Kill());
        var slow = Join(run, "slow");
        run.Open();
        Assert.Equal((10, 0), (run.First.Reader.Depth, slow.Reader.Depth));
        run.Append("a", 5);
        // Its first cursor is on disk before anything is accepted for it.
        run.Crash(d => d.PowerCut(new Random(5)));
        run.Open();
        run.Drain();
        run.First.AssertBalance(run.Accepted);
        Assert.Equal(Enumerable.Range(11, 5).Select(n => $"a/{n}"), slow.Delivered.Select(SpoolRun.Text));
        Assert.Empty(slow.Gaps);
    }

    [Fact]
    public void NewReader_WhileRunning_BeginsAtOnce_AndIsKnownAfterACrash()
    {
        var run = new SpoolRun(options: Two with { Readers = ["fast"] }).Open();
        run.Append("a", 10);
        var before = run.Post("a");
        var slow = Join(run, "slow");
        slow.Open(run.Spool);
        var after = run.Post("a");
        run.RunOnce();
        run.Book(before);
        run.Book(after);
        run.Crash(d => d.PowerCut(new Random(5)));
        run.Open();
        run.Drain();
        run.First.AssertBalance(run.Accepted);
        Assert.Equal("a/12", SpoolRun.Text(slow.Delivered[^1]));
        Assert.InRange(slow.Delivered.Count, 1, 2);
        Assert.Empty(slow.Gaps);
    }

    [Fact]
    public void NewReader_WhoseCursorTheDiskRefuses_NothingIsAcceptedBeforeItHasOne()
    {
        var run = new SpoolRun(options: Two with { Readers = ["fast"] }).Open();
        run.Append("a", 10);
        run.Crash(d => d.Kill());
        Join(run, "slow");
        run.Open();
        run.Disk.Before = (o, path) =>
        {
            if (o == DiskOperation.Create && path.Contains("slow", StringComparison.Ordinal)) { throw FaultyDisk.Failure(28); }
        };
        run.Append("a", 5);
        Assert.Equal((10, 5), (run.Accepted.Count, run.Volatile.Count));
        run.Disk.Before = null;
        run.Time.Advance(TimeSpan.FromSeconds(2));
        run.RunOnce();
        run.Crash(d => d.PowerCut(new Random(2)));
        run.Open().Drain();
        Assert.Equal(5, run.Readers[1].Delivered.Count);
    }

    [Fact]
    public void ForgottenReader_OverARestart_ItsCursorAndItsSegmentsGo()
    {
        var run = new SpoolRun(options: Two).Open();
        for (var i = 0; i < 8; i++) { run.Append("a", 50, size: 1000); }
        run.Drain(run.First);
        Assert.True(Segments(run) > 1);
        run.Crash(d => d.Kill());
        run.Readers.RemoveAt(1);
        run.Options = run.Options with { Readers = ["fast"] };
        run.Open().RunOnce();
        Assert.Equal(1, Segments(run));
        Assert.DoesNotContain(run.Disk.Files, f => f.Contains("slow", StringComparison.Ordinal));
        // Who comes back is new.
        run.Crash(d => d.Kill());
        var slow = Join(run, "slow");
        run.Open();
        run.Append("a");
        run.Drain();
        Assert.Equal("a/401", SpoolRun.Text(Assert.Single(slow.Delivered)).TrimEnd('.'));
        Assert.Empty(slow.Gaps);
    }

    [Fact]
    public void ForgottenReader_WhileRunning_TakesNothingAnyMore_AndMayJoinAgain()
    {
        var run = new SpoolRun(options: Two).Open();
        var slow = run.Readers[1];
        for (var i = 0; i < 8; i++) { run.Append("a", 50, size: 1000); }
        run.Drain(run.First);
        slow.Take(1);
        run.Spool.SetReaders(["fast"]);
        Assert.Empty(slow.Reader.Take(5));
        Assert.False(slow.Reader.Ack(slow.Out[0].Sequence));
        slow.Out.Clear();
        slow.Open(run.Spool);
        run.Append("a");
        run.RunOnce();
        Assert.Equal(1, Segments(run));
        run.Crash(d => d.PowerCut(new Random(1)));
        run.Open().Drain();
        Assert.Equal("a/401", SpoolRun.Text(Assert.Single(slow.Delivered)).TrimEnd('.'));
        Assert.Empty(slow.Gaps);
    }

    [Fact]
    public void OneReadersCursorsAreGone_TheOthersNameIt_SoItBeginsWithTheOldest()
    {
        var run = new SpoolRun(options: Two).Open();
        run.Append("a", 20);
        run.Drain();
        run.Append("a", 5);
        run.Crash(d => d.Kill());
        foreach (var cursor in run.Disk.Files.Where(f => f.Contains("cursor-slow", StringComparison.Ordinal)).ToList()) { run.Disk.Remove(cursor); }
        run.Open().Drain();
        run.AssertBooksBalance();
        Assert.Equal((0, 20), (run.Readers[0].Duplicates, run.Readers[1].Duplicates));
    }

    [Theory]
    [InlineData("mqtt")]
    [InlineData("mqtt", "lines")]
    [InlineData("lines", "mqtt")]
    public void FormerFolder_GoesOnAsTheReaderMqtt_WithoutLossOrRepeat(params string[] readers)
    {
        var run = new SpoolRun(FormerFolder.Disk(), new SpoolSettings { Folder = SpoolRun.Folder, Readers = readers, KernelBoot = Guid.Empty }).Open();
        Assert.True(run.Spool.Recovery.IsClean);
        var mqtt = run.Readers.Single(r => r.Name == "mqtt");
        Assert.Equal(15, mqtt.Reader.Depth);
        var letter = Assert.Single(DeadLetters.Read(run.Disk, SpoolRun.Folder));
        Assert.Equal(("a/2", "not authorised"), (SpoolRun.Text(letter.Record), letter.Reason));
        mqtt.Take(3);
        mqtt.AckAll();
        run.RunOnce();
        run.Crash(d => d.PowerCut(new Random(1)));
        run.Open();
        run.Drain();
        var all = Enumerable.Range(1, 12).Select(n => $"a/{n}").Concat(Enumerable.Range(1, 8).Select(n => $"b/{n}"));
        Assert.Equal(all.Except(FormerFolder.Done).Except(["a/2"]).Order(), mqtt.Delivered.Select(SpoolRun.Text).Order());
        mqtt.AssertOrderPerStream();
        Assert.Equal(("a", LossReason.Rejected, 1), Assert.Single(mqtt.Gaps) is var g ? (g.Stream, g.Reason, g.Count) : default);
        Assert.All(run.Readers.Where(r => r != mqtt), r => Assert.Empty(r.HandedOut));
        // The former cursors have gone, and numbers go on.
        run.Append("c");
        run.Drain();
        Assert.DoesNotContain(run.Disk.Files, f => f.EndsWith("/cursor-a", StringComparison.Ordinal) || f.EndsWith("/cursor-b", StringComparison.Ordinal));
        Assert.Equal(22, run.Accepted["c/1"]);
        Assert.All(run.Readers, r => Assert.Equal("c/1", SpoolRun.Text(r.Delivered[^1])));
    }

    [Fact]
    public void FormerFolder_PowerCutAtEveryOperationOfTheFirstRun_LosesNothing()
    {
        for (var operation = 1; ; operation++)
        {
            var run = new SpoolRun(FormerFolder.Disk());
            var (start, isCut) = (run.Disk.Operations, false);
            run.Disk.Before = (_, _) =>
            {
                if (run.Disk.Operations - start == operation) { throw new InvalidOperationException("the power is gone"); }
            };
            try
            {
                run.Open();
                run.Drain();
            }
            catch (InvalidOperationException) { isCut = true; }
            run.Disk.Before = null;
            run.Crash(d => d.PowerCut(new Random(operation)));
            run.Open().Drain();
            Assert.Equal(14, run.Delivered.Select(SpoolRun.Text).Distinct().Count());
            Assert.DoesNotContain(run.Delivered, d => FormerFolder.Done.Contains(SpoolRun.Text(d)));
            Assert.InRange(run.Duplicates, 0, 15);
            if (isCut) { continue; }
            Assert.InRange(operation, 15, 200);
            return;
        }
    }

    private static ReaderBooks Join(SpoolRun run, string name)
    {
        var reader = new ReaderBooks(name);
        run.Readers.Add(reader);
        run.Options = run.Options with { Readers = [.. run.Readers.Select(r => r.Name)] };
        return reader;
    }

    private static int Segments(SpoolRun run) => run.Disk.Files.Count(f => f.EndsWith(SegmentHeader.Extension, StringComparison.Ordinal));
}
