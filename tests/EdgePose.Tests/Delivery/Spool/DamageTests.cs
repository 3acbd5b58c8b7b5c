using EdgePose.Delivery.Spool;
using EdgePose.Delivery.Spool.Format;

namespace EdgePose.Tests.Delivery.Spool;

/// <summary>F33: bits that flip, segments that are missing, strange or exchanged, cursors that lie.</summary>
public sealed class DamageTests
{
    private const string Seg = SegmentHeader.Extension;
    private static readonly string[] Two = ["mqtt", "lines"];

    [Fact]
    public void OneBitFlippedAnywhere_CostsAtMostOneEvent_WhichIsNamed_AndIsNamedOnce()
    {
        var (template, books) = SmallSpool();
        foreach (var file in template.Files.Where(f => !f.EndsWith("lock", StringComparison.Ordinal)).ToList())
        {
            var length = template.Content(file).Length;
            // A cursor is padded to a block; of the padding some bits will do.
            var content = file.EndsWith(Seg, StringComparison.Ordinal) ? length : 250;
            for (var bit = 0; bit < 8 * length; bit += bit < 8 * content ? 1 : 997)
            {
                var disk = template.Copy();
                var bytes = disk.Content(file);
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                disk.Plant(file, bytes);
                var place = $"{file} bit {bit}";
                var run = Continue(disk, books);
                run.Drain();
                var missing = books.Waiting.Where(w => run.Delivered.All(d => SpoolRun.Text(d) != w.Key)).ToList();
                Assert.True(missing.Count <= 1, place);
                Assert.All(missing, m => Assert.True(run.IsAnnounced(m.Key.Split('/')[0], m.Value), $"{place}: {m.Key} is missing and not announced"));
                // Whether an event without a readable header was done already is not always known.
                Assert.InRange(run.Gaps.Sum(g => g.Count), missing.Count, 1);
                Assert.All(run.Delivered, d => Assert.True(books.All.Contains(SpoolRun.Text(d)), $"{place}: {SpoolRun.Text(d)} was never written"));
                // A rotten cursor leaves the one before it.
                Assert.InRange(run.Delivered.Count, books.Waiting.Count - 1, books.Waiting.Count + 32);
                AssertGoesOn(run, place);
            }
        }
    }

    [Fact]
    public void AnyByteRunDamaged_NeverEndsInACrash_AndEveryLossIsNamed()
    {
        var (template, books) = SmallSpool();
        var random = new Random(7);
        var files = template.Files.Where(f => !f.EndsWith("lock", StringComparison.Ordinal)).ToList();
        for (var i = 0; i < 3000; i++)
        {
            var disk = template.Copy();
            var file = files[random.Next(files.Count)];
            var bytes = disk.Content(file).ToList();
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 200), bytes.Count - at);
            switch (random.Next(4))
            {
                case 0: bytes.RemoveRange(at, length); break;
                case 1: bytes.InsertRange(at, Enumerable.Range(0, length).Select(_ => (byte)random.Next(256))); break;
                case 2: for (var k = 0; k < length; k++) { bytes[at + k] = (byte)random.Next(256); } break;
                default: bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - length + 1), length)); break;
            }
            disk.Plant(file, [.. bytes]);
            var run = Continue(disk, books);
            run.Drain();
            // A file cut or torn at its end looks as if the power had gone before the events were accepted: nobody can tell.
            var end = run.Delivered.Concat(run.Delivered).Select(d => d.Sequence).DefaultIfEmpty(0).Max();
            foreach (var (payload, sequence) in books.Waiting.Where(w => w.Value <= end && run.Delivered.All(d => SpoolRun.Text(d) != w.Key)))
            {
                Assert.True(run.IsAnnounced(payload.Split('/')[0], sequence), $"round {i}: {payload} is missing and not announced");
            }
            Assert.All(run.Delivered, d => Assert.Contains(SpoolRun.Text(d), books.All));
            AssertGoesOn(run, $"round {i}");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void SegmentMissing_ItsEventsAreNamed_TheOthersArrive(int index)
    {
        var run = ManySegments();
        var segments = Segments(run);
        run.Disk.Remove(segments[index]);
        run.Open();
        run.Drain();
        run.AssertBooksBalance();
        Assert.InRange(run.Gaps.Sum(g => g.Count), 20, 130);
        Assert.All(run.Gaps, g => Assert.Equal(LossReason.Missing, g.Reason));
        Assert.Equal(run.Accepted.Count, run.Delivered.Count + run.Gaps.Sum(g => g.Count));
        Assert.Equal(run.Gaps.Sum(g => g.Count), run.Spool.Stats().Lost[LossReason.Missing]);
        run.AssertEveryNumberIsKnown(run.Delivered.Max(d => d.Sequence));
    }

    [Fact]
    public void SegmentsExchanged_TheHeadersCount_NothingIsLost()
    {
        var run = ManySegments();
        var segments = Segments(run);
        var (first, third) = (run.Disk.Content(segments[0]), run.Disk.Content(segments[2]));
        run.Disk.Plant(segments[0], third);
        run.Disk.Plant(segments[2], first);
        run.Open();
        Assert.Equal(2, run.Spool.Recovery.Ignored.Count(i => i.Contains("the name is wrong", StringComparison.Ordinal)));
        run.Drain();
        run.AssertBooksBalance();
        Assert.Empty(run.Gaps);
        Assert.Equal(run.Accepted.Count, run.Delivered.Count);
    }

    [Fact]
    public void ForeignSegment_IsNamedAndLeftAlone()
    {
        var stranger = ManySegments();
        var run = ManySegments();
        var foreign = stranger.Disk.Content(Segments(stranger)[1]);
        run.Disk.Plant($"{SpoolRun.Folder}/0000000099{Seg}", foreign);
        run.Disk.Plant($"{SpoolRun.Folder}/0000000098{Seg}", "something else, long enough to be no cut beginning of a segment"u8.ToArray().Concat(new byte[100]).ToArray());
        run.Disk.Plant($"{SpoolRun.Folder}/notes.txt", "mine"u8.ToArray());
        run.Open();
        Assert.Contains(run.Spool.Recovery.Ignored, i => i.Contains("0000000099", StringComparison.Ordinal) && i.Contains("another spool", StringComparison.Ordinal));
        Assert.Contains(run.Spool.Recovery.Ignored, i => i.Contains("0000000098", StringComparison.Ordinal));
        run.Append("a", 10);
        run.Drain();
        run.AssertBooksBalance();
        Assert.Empty(run.Gaps);
        Assert.Equal(run.Accepted.Count, run.Delivered.Count);
        Assert.Equal(foreign, run.Disk.Content($"{SpoolRun.Folder}/0000000099{Seg}"));
        Assert.Equal("mine"u8.ToArray(), run.Disk.Content($"{SpoolRun.Folder}/notes.txt"));
    }

    [Fact]
    public void SegmentCopied_IsNotDeliveredTwice()
    {
        var run = ManySegments();
        run.Disk.Plant($"{SpoolRun.Folder}/0000000099{Seg}", run.Disk.Content(Segments(run)[1]));
        run.Open();
        Assert.Contains(run.Spool.Recovery.Ignored, i => i.Contains("copy", StringComparison.Ordinal));
        run.Drain();
        Assert.Equal(run.Accepted.Count, run.Delivered.Count);
    }

    [Fact]
    public void CursorAheadOfTheData_IsClamped_TheLossIsNamed_AndNumbersGoOn()
    {
        var run = new SpoolRun().Open();
        run.Append("a", 10);
        var early = run.Disk.Copy();
        run.Append("a", 90);
        run.Take(20);
        while (run.Out.Count > 0) { run.Ack(0); }
        run.RunOnce();
        run.Crash(d => d.Kill());
        // The segment is that of an hour ago, as after a restore of a backup; the cursor is of now.
        var segment = Segments(run).Single();
        run.Disk.Plant(segment, early.Content(segment));
        run.Open();
        run.Append("a", 5);
        Assert.True(run.Accepted["a/101"] > 100);
        run.Drain();
        run.AssertBooksBalance();
        Assert.Equal(25, run.Delivered.Count);
        var gap = Assert.Single(run.Gaps);
        Assert.Equal((LossReason.Missing, 80), (gap.Reason, gap.Count));
    }

    [Fact]
    public void BothCursorsGone_EverythingOnDiskComes_NumbersGoOn()
    {
        var run = new SpoolRun().Open();
        run.Append("a", 20);
        run.Take(12);
        while (run.Out.Count > 0) { run.Ack(0); }
        run.RunOnce();
        run.Crash(d => d.Kill());
        foreach (var cursor in run.Disk.Files.Where(f => f.Contains("cursor", StringComparison.Ordinal)).ToList()) { run.Disk.Remove(cursor); }
        run.Open();
        run.Append("a");
        Assert.Equal(21, run.Accepted["a/21"]);
        run.Drain();
        run.AssertBooksBalance();
        Assert.Empty(run.Gaps);
        Assert.Equal(12, run.Duplicates);
    }

    [Fact]
    public void EmptyAndHalfMadeSegments_AreRemoved()
    {
        var run = new SpoolRun().Open();
        run.Append("a", 3);
        run.Crash(d => d.Kill());
        run.Disk.Plant($"{SpoolRun.Folder}/0000000007{Seg}", []);
        run.Disk.Plant($"{SpoolRun.Folder}/0000000008{Seg}", new byte[30]);
        run.Disk.Plant($"{SpoolRun.Folder}/0000000009{Seg}", new byte[4096]);
        run.Disk.Plant($"{SpoolRun.Folder}/cursor-a.tmp", [1, 2, 3]);
        run.Open();
        Assert.Single(Segments(run));
        Assert.DoesNotContain(run.Disk.Files, f => f.EndsWith(".tmp", StringComparison.Ordinal));
        run.Drain();
        Assert.Equal(3, run.Delivered.Count);
        Assert.Empty(run.Gaps);
    }

    [Fact]
    public void BytesThatRotWhileTheSpoolRuns_CostTheirEventOnly()
    {
        var run = new SpoolRun().Open();
        run.Append("a", 6);
        run.Disk.Rot(Segments(run).Single(), -3, 1);
        run.Drain();
        run.AssertBooksBalance();
        Assert.Equal(5, run.Delivered.Count);
        Assert.Equal(("a", LossReason.Damaged, 6, 1), Assert.Single(run.Gaps) is var g ? (g.Stream, g.Reason, g.First, g.Count) : default);
    }

    /// <summary>Two readers at two positions: a flipped bit costs each at most one event, and neither more than that for the other's sake.</summary>
    [Fact]
    public void OneBitFlippedAnywhere_WithTwoReaders_EachLossIsNamedToTheReaderThatHasIt()
    {
        var template = new SpoolRun(options: new SpoolSettings { Folder = SpoolRun.Folder, Readers = Two }).Open();
        template.Append("a", 4);
        template.Append("b", 3);
        template.Drain(template.Readers[0]);
        template.Append("a", 2);
        template.Readers[1].Take(3);
        template.Readers[1].AckAll();
        template.RunOnce();
        template.Crash(d => d.Kill());
        var waiting = template.Readers.Select(r => template.Accepted.Where(a => r.Delivered.All(d => SpoolRun.Text(d) != a.Key)).ToList()).ToList();
        foreach (var file in template.Disk.Files.Where(f => !f.EndsWith("lock", StringComparison.Ordinal)).ToList())
        {
            var length = template.Disk.Content(file).Length;
            var content = file.EndsWith(Seg, StringComparison.Ordinal) ? length : 250;
            for (var bit = 0; bit < 8 * length; bit += bit < 8 * content ? 1 : 997)
            {
                var disk = template.Disk.Copy();
                var bytes = disk.Content(file);
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                disk.Plant(file, bytes);
                var place = $"{file} bit {bit}";
                var run = new SpoolRun(disk, template.Options).Open();
                run.Drain();
                for (var i = 0; i < run.Readers.Count; i++)
                {
                    var reader = run.Readers[i];
                    var missing = waiting[i].Where(w => reader.Delivered.All(d => SpoolRun.Text(d) != w.Key)).ToList();
                    Assert.True(missing.Count <= 1, $"{place}: {reader.Name}");
                    Assert.All(missing, m => Assert.True(reader.IsAnnounced(m.Key.Split('/')[0], m.Value), $"{place}: {m.Key} is missing for {reader.Name}"));
                    Assert.InRange(reader.Gaps.Sum(g => g.Count), missing.Count, 1);
                    // A rotten cursor leaves the one before it.
                    Assert.InRange(reader.Delivered.Count, waiting[i].Count - 1, waiting[i].Count + 32);
                }
            }
        }
    }

    private sealed record Books(Dictionary<string, long> Waiting, HashSet<string> All);

    /// <summary>A spool of two streams with a gap in its past, a part acknowledged out of order, and a part waiting.</summary>
    private static (FaultyDisk Disk, Books Books) SmallSpool()
    {
        var run = new SpoolRun().Open();
        run.Append("a", 4);
        run.Append("b", 3);
        run.Take();
        foreach (var _ in Enumerable.Range(0, 3)) { run.Ack(0); }
        run.RunOnce();
        run.Ack(2);
        run.RunOnce();
        run.Append("a", 3);
        run.Append("b", 2);
        run.RunOnce();
        var done = run.Delivered.Select(SpoolRun.Text).ToHashSet();
        run.Crash(d => d.Kill());
        return (run.Disk.Copy(), new Books(run.Accepted.Where(a => !done.Contains(a.Key)).ToDictionary(), [.. run.Accepted.Keys]));
    }

    private static SpoolRun Continue(FaultyDisk disk, Books books)
    {
        _ = books;
        return new SpoolRun(disk).Open();
    }

    /// <summary>The next start finds the loss accounted for, and new events get through.</summary>
    private static void AssertGoesOn(SpoolRun run, string place)
    {
        var gaps = run.Gaps.Count;
        run.Append("c", 2);
        run.Crash(d => d.Kill());
        run.Open();
        run.Append("c");
        run.Drain();
        Assert.True(run.Gaps.Count == gaps, $"{place}: announced twice");
        Assert.Equal(3, run.Delivered.Count(d => d.Stream == "c"));
    }

    private static SpoolRun ManySegments()
    {
        var run = new SpoolRun(options: new SpoolSettings { Folder = SpoolRun.Folder, MaxBytes = 1 << 20 }).Open();
        for (var i = 0; i < 10; i++) { run.Append(i % 2 == 0 ? "a" : "b", 40, size: 1000); }
        run.Time.Advance(TimeSpan.FromSeconds(11));
        run.RunOnce();
        run.Crash(d => d.Kill());
        Assert.InRange(Segments(run).Count, 4, 6);
        return run;
    }

    private static List<string> Segments(SpoolRun run) => [.. run.Disk.Files.Where(f => f.EndsWith(Seg, StringComparison.Ordinal))];
}
