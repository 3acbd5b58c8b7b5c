using System.Buffers.Binary;

namespace EdgePose.Delivery.Spool;

/// <summary>Why events never reach a reader. The numbers stand on disk.</summary>
internal enum LossReason : byte
{
    /// <summary>The spool was at its size limit.</summary>
    SizeLimit = 1,

    /// <summary>Older than the age limit.</summary>
    AgeLimit = 2,

    /// <summary>The disk was full, and the oldest events had to make room.</summary>
    DiskFull = 3,

    /// <summary>The disk could not be written, and memory was full.</summary>
    MemoryLimit = 4,

    /// <summary>Came faster than the disk takes them; such an event was never accepted and has no sequence.</summary>
    QueueFull = 5,

    /// <summary>Larger than a record may be; never accepted, without a sequence.</summary>
    TooLarge = 6,

    /// <summary>The bytes on disk are not those that were written.</summary>
    Damaged = 7,

    /// <summary>A segment is gone or cannot be read.</summary>
    Missing = 8,

    /// <summary>The reader refused it for good; it is in the dead-letter file.</summary>
    Rejected = 9,

    /// <summary>Nothing is missing: the number was spent on a notice to another reader.</summary>
    Elsewhere = 10,
}

/// <summary>
/// What a <see cref="Format.RecordKind.Gap"/> record tells a reader: events that will not arrive. The range is exact at both ends; where
/// streams are mixed, it also spans sequences of other streams, and of announcements that had to be made again: so
/// <paramref name="Count"/> says how many events are missing.
/// </summary>
/// <param name="Stream">Whose events; empty when it cannot be known any more.</param>
/// <param name="Reason">Why.</param>
/// <param name="First">Lowest missing sequence; 0 when the events never had one.</param>
/// <param name="Last">Highest missing sequence; 0 when the events never had one.</param>
/// <param name="Count">How many; for <see cref="LossReason.Damaged"/> and <see cref="LossReason.Missing"/> at most this many.</param>
/// <param name="OldestMs">When the oldest was accepted, Unix milliseconds by today's clock; 0 when unknown.</param>
/// <param name="NewestMs">When the newest was accepted; 0 when unknown.</param>
internal sealed record GapNotice(string Stream, LossReason Reason, long First, long Last, long Count, long OldestMs, long NewestMs)
{
    /// <summary>Both as one; the range spans both.</summary>
    public GapNotice With(GapNotice other) => this with
    {
        First = Least(First, other.First),
        Last = Math.Max(Last, other.Last),
        Count = Count + other.Count,
        OldestMs = Least(OldestMs, other.OldestMs),
        NewestMs = Math.Max(NewestMs, other.NewestMs),
    };

    /// <summary>Names the number of a lost announcement too, which will not arrive either.</summary>
    public GapNotice Including(long sequence) => this with { First = Least(First, sequence), Last = Math.Max(Last, sequence) };

    // 0 means unknown.
    private static long Least(long a, long b) => a == 0 ? b : b == 0 ? a : Math.Min(a, b);
}
