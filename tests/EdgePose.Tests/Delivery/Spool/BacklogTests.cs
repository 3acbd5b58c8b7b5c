using EdgePose.Delivery.Spool;
using EdgePose.Delivery.Spool.Format;

namespace EdgePose.Tests.Delivery.Spool;

public sealed class BacklogTests
{
    private static readonly SpoolSettings Options = new() { Folder = "/spool", MemoryRecords = 64 };

    private static SpoolRecord Record(long sequence, string stream = "front", RecordKind kind = RecordKind.Event) => new()
    {
        Sequence = sequence, Boot = 1, Kind = kind, Stream = stream, Created = DateTimeOffset.UnixEpoch, Payload = new byte[8],
    };

    /// <summary>A disk that refuses for weeks while the broker takes everything.</summary>
    [Fact(DisableParallelization = true)]
    public void Memory_OfWhatIsLongDelivered_KeepsNothing()
    {
        var backlog = new Backlog("mqtt", Options);
        long sequence = 0;
        Deliver(1000);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        Deliver(300_000);

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 400_000);
        Assert.Empty(backlog.MemoryRecords());

        void Deliver(int count)
        {
            for (var i = 0; i < count; i++)
            {
                Assert.Empty(backlog.AddMemory(Record(++sequence)));
                backlog.Ack(Assert.Single(backlog.Take(1)).Entry.Sequence);
                backlog.Saved(1);
            }
        }
    }

    [Fact]
    public void Memory_Full_TheOldestThatIsNotOutGoes()
    {
        var backlog = new Backlog("mqtt", Options);
        for (var n = 1; n <= 64; n++) { backlog.AddMemory(Record(n)); }
        Assert.Equal([1, 2], backlog.Take(2).Select(p => p.Entry.Sequence));

        Assert.Equal([3L], backlog.AddMemory(Record(65)).Select(r => r.Sequence));
        Assert.Equal(64, backlog.Depth);
    }

    [Fact]
    public void Take_WithBusyStreams_GivesOneOfEachAndNoneOfThose()
    {
        var backlog = new Backlog("mqtt", Options);
        for (var n = 1; n <= 9; n++) { backlog.AddMemory(Record(n, n % 3 == 0 ? "a" : n % 3 == 1 ? "b" : "c")); }
        var busy = new System.Collections.Concurrent.ConcurrentDictionary<string, byte>();
        busy.TryAdd("a", 0);

        Assert.Equal(["b 1", "c 2"], backlog.Take(32, busy).Select(p => $"{p.Stream} {p.Entry.Sequence}").Order());
        Assert.Empty(backlog.Take(32, busy));
        busy.TryRemove("b", out _);
        Assert.Equal([4L], backlog.Take(32, busy).Select(p => p.Entry.Sequence));
    }

    [Fact]
    public void Postponed_TheStreamGoesPastIt_AndRecallMakesItNext()
    {
        var backlog = new Backlog("mqtt", Options);
        backlog.AddMemory(Record(1, kind: RecordKind.Gap));
        for (var n = 2; n <= 4; n++) { backlog.AddMemory(Record(n)); }
        Assert.Equal([1L], backlog.Take(1).Select(p => p.Entry.Sequence));
        Assert.True(backlog.Postpone(1));
        Assert.False(backlog.Postpone(1));

        Assert.Equal([2L], backlog.Take(1).Select(p => p.Entry.Sequence));
        Assert.True(backlog.Ack(2));
        Assert.Equal((1L, 3), (backlog.Positions().Low, backlog.Depth));
        backlog.Recall("front");
        Assert.Equal([1L, 3], backlog.Take(2).Select(p => p.Entry.Sequence));
    }

    [Fact]
    public void Postponed_WithdrawnForTheNextAnnouncement_EndsWithItsAcknowledgement()
    {
        var backlog = new Backlog("mqtt", Options);
        backlog.AddMemory(Record(1, kind: RecordKind.Gap));
        backlog.AddMemory(Record(2));
        backlog.Take(1);
        backlog.Postpone(1);

        Assert.Equal([1L], backlog.WithdrawGaps("front").Select(p => p.Entry.Sequence));
        backlog.Recall("front");
        Assert.Equal([2L], backlog.Take(9).Select(p => p.Entry.Sequence));
        Assert.True(backlog.Ack(1));
        Assert.Equal((2L, 1), (backlog.Positions().Low, backlog.Depth));
    }

    [Fact]
    public void Postpone_WhenManyHaveGonePast_IsDeclinedSoThatTheCursorStaysShort()
    {
        var backlog = new Backlog("mqtt", new SpoolSettings { Folder = "/spool" });
        backlog.AddMemory(Record(1, kind: RecordKind.Gap));
        backlog.Take(1);
        Assert.True(backlog.Postpone(1));
        for (var n = 2; n < 2 + StreamQueue.MostExtras; n++)
        {
            backlog.AddMemory(Record(n));
            if (backlog.Take(1) is [var picked]) { backlog.Ack(picked.Entry.Sequence); }
            backlog.Saved(1);
        }
        backlog.Recall("front");
        Assert.Equal([1L], backlog.Take(1).Select(p => p.Entry.Sequence));
        Assert.False(backlog.Postpone(1));
        Assert.True(backlog.Withdraw(1));
    }
}
