using EdgePose.Delivery.Spool;
using EdgePose.Delivery.Spool.Format;

namespace EdgePose.Tests.Delivery.Spool;

/// <summary>F32: the power goes at any byte and at any operation.</summary>
public sealed class PowerCutTests
{
    private static readonly string[] One = ["mqtt"], Two = ["mqtt", "lines"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void LastWriteCutAtEveryByte_NothingAcceptedIsLost_AndNothingIsAnnounced(int readers)
    {
        var length = int.MaxValue;
        for (var cut = 0; cut <= length; cut++)
        {
            var run = new SpoolRun(options: new SpoolSettings { Folder = SpoolRun.Folder, Readers = readers == 1 ? One : Two }).Open();
            run.Append("front", 3);
            run.Append("back", 2);
            var (path, wrote) = LoseThePowerBeforeTheSync(run, SegmentHeader.Extension, () => run.Post("front"), () => run.Post("back", 90), () => run.Post("front"));
            length = wrote;
            run.Crash(d => d.PowerCutInside(path, cut));
            run.Open();
            Assert.Empty(run.Spool.Recovery.Ignored);
            Assert.Equal(0, run.Spool.Recovery.Damaged);
            run.Append("front", 2);
            run.Drain();
            run.AssertBooksBalance();
            Assert.All(run.Readers, r => Assert.Empty(r.Gaps));
            // Whole records of the cut write may come, for they are events that happened; parts of records may not.
            Assert.All(run.Readers, r => Assert.InRange(r.Delivered.Count, 7, 10));
        }
        Assert.InRange(length, 200, 2000);
    }

    /// <summary>The first two cursors of a run are new files, the later ones are written over the older of the two.</summary>
    [Theory]
    [InlineData(0, ".tmp")]
    [InlineData(1, "cursor-")]
    [InlineData(2, "cursor-")]
    public void CursorWriteCutAtEveryByte_TheFormerCursorCounts(int rounds, string file)
    {
        // A small cursor stands in the first bytes of its block; the rest is padding.
        for (var cut = 0; cut <= 4096; cut += cut < 300 ? 1 : 949)
        {
            var run = new SpoolRun().Open();
            run.Append("front", 20);
            for (var i = 0; i < rounds; i++)
            {
                run.Take(2);
                while (run.Out.Count > 0) { run.Ack(0); }
                run.RunOnce();
            }
            run.Take(4);
            while (run.Out.Count > 0) { run.Ack(0); }
            var (path, length) = LoseThePowerBeforeTheSync(run, "cursor-");
            Assert.Contains(file, path, StringComparison.Ordinal);
            Assert.Equal(4096, length);
            run.Crash(d => d.PowerCutInside(path, cut));
            run.Open().Drain();
            run.AssertBooksBalance();
            Assert.Empty(run.Gaps);
            Assert.True(run.Duplicates == 4 || (run.Duplicates == 0 && file == "cursor-" && cut > 100), $"cut {cut}: {run.Duplicates}");
        }
    }

    /// <summary>As the other one, while the first reader is far ahead: the cut costs the second one what it had done since its former cursor.</summary>
    [Theory]
    [InlineData(0, ".tmp")]
    [InlineData(1, "cursor-lines")]
    [InlineData(2, "cursor-lines")]
    public void CursorWriteOfTheSecondReaderCutAtEveryByte_TheFirstIsNotTouched(int rounds, string file)
    {
        for (var cut = 0; cut <= 4096; cut += cut < 300 ? 1 : 949)
        {
            var run = new SpoolRun(options: new SpoolSettings { Folder = SpoolRun.Folder, Readers = Two }).Open();
            var (first, second) = (run.Readers[0], run.Readers[1]);
            run.Append("front", 20);
            run.Drain(first);
            for (var i = 0; i < rounds; i++)
            {
                second.Take(2);
                second.AckAll();
                run.RunOnce();
            }
            second.Take(4);
            second.AckAll();
            var (path, length) = LoseThePowerBeforeTheSync(run, "cursor-lines");
            Assert.Contains(file, path, StringComparison.Ordinal);
            Assert.Equal(4096, length);
            run.Crash(d => d.PowerCutInside(path, cut));
            run.Open().Drain();
            run.AssertBooksBalance();
            Assert.All(run.Readers, r => Assert.Empty(r.Gaps));
            Assert.Equal(0, first.Duplicates);
            Assert.True(second.Duplicates == 4 || (second.Duplicates == 0 && cut > 100), $"cut {cut}: {second.Duplicates}");
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    public void PowerCutAtEveryOperation_NothingAcceptedIsLost_DuplicatesStayInTheWindow(int seed, int readers)
    {
        for (var operation = seed; ; operation += 3)
        {
            var run = new SpoolRun(options: new SpoolSettings { Folder = SpoolRun.Folder, MaxBytes = 1 << 20, Readers = readers == 1 ? One : Two });
            var first = run.Disk.Operations;
            run.Disk.Before = (_, _) =>
            {
                if (run.Disk.Operations - first == operation) { run.LoseThePower(); }
            };
            var cut = false;
            try { Work(run); }
            catch (SpoolRun.PowerLost) { cut = true; }
            run.PowerIsBack();
            run.Crash(d => d.PowerCut(new Random(seed * 100_000 + operation)));
            run.Open();
            run.Drain();
            run.AssertBooksBalance();
            Assert.All(run.Readers, r => Assert.InRange(r.Duplicates, 0, 32));
            Assert.Empty(run.Spool.Recovery.Ignored);
            if (!cut)
            {
                Assert.InRange(operation, 100, 2000);
                return;
            }
        }
    }

    // Two streams, several segments, acknowledgements in and out of order, a size limit that bites.
    private static void Work(SpoolRun run)
    {
        run.Open();
        for (var round = 0; round < 14; round++)
        {
            var posted = Enumerable.Range(0, 12).Select(i => run.Post(i % 3 == 0 ? "b" : "a", 2000 + 100 * round)).ToList();
            run.RunOnce();
            posted.ForEach(run.Book);
            if (round % 2 == 1)
            {
                run.Take(11);
                for (var i = run.Out.Count - 1; i >= 0; i -= 2) { run.Ack(i); }
                run.RunOnce();
                while (run.Out.Count > 0) { run.Ack(0); }
            }
            // A second reader lags behind, takes other records, and is settled in other rounds.
            foreach (var other in run.Readers.Skip(1).Where(_ => round % 3 == 2))
            {
                other.Take(5);
                other.AckAll();
            }
        }
        run.RunOnce();
    }

    private static (string Path, int Length) LoseThePowerBeforeTheSync(SpoolRun run, string part, params Action[] posts)
    {
        foreach (var post in posts) { post(); }
        var (path, length) = ("", 0);
        run.Disk.Before = (operation, file) =>
        {
            if (operation != DiskOperation.Sync || !file.Contains(part, StringComparison.Ordinal)) { return; }
            (path, length) = (file, run.Disk.LengthOfLastWrite(file));
            run.LoseThePower();
        };
        Assert.Throws<SpoolRun.PowerLost>(run.RunOnce);
        run.PowerIsBack();
        return (path, length);
    }
}
