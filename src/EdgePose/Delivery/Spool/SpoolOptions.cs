namespace EdgePose.Delivery.Spool;

/// <summary>Limits of a spool. The defaults are those of the configuration's manual.</summary>
internal sealed record SpoolOptions
{
    public const long SmallestMaxBytes = 1 << 20;
    private const int LargestSegment = 4 << 20, SmallestSegment = 64 << 10;

    /// <summary>Absolute path; made when it does not exist.</summary>
    public required string Folder { get; init; }

    /// <summary>
    /// Who reads, one at least. One whose name the folder does not know begins with the records that are accepted from now on; one that is no
    /// longer listed is forgotten.
    /// </summary>
    public IReadOnlyList<string> Readers { get; init; } = ["mqtt"];

    /// <summary>Bytes that the segments never exceed, from 1 MiB; the oldest events go first. Dead letters and cursors come on top.</summary>
    public long MaxBytes { get; init; } = 256 << 20;

    /// <summary>Events that have waited longer are given up.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Records that each reader has out at a time, which is how many can arrive twice after a crash.</summary>
    public int Window { get; init; } = 32;

    /// <summary>
    /// Time between two syncs, so that a burst shares one: events that come alone are synced at once. Memory cards take a few tens of
    /// thousands of writes to one place and 10–50 ms for each; a disk that answers in 0.1 ms (measured) would not need it.
    /// </summary>
    public TimeSpan GroupInterval { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How often a disk that refuses writes is tried again.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Records that may wait for the disk; then new ones are refused.</summary>
    public int QueueRecords { get; init; } = 8192;

    /// <summary>Records kept in memory for each reader while the disk refuses writes; then the oldest of them go.</summary>
    public int MemoryRecords { get; init; } = 1024;
    public long MemoryBytes { get; init; } = 4 << 20;

    /// <summary>Bytes of dead letters that are kept for each reader, in two files.</summary>
    public int DeadLetterBytes { get; init; } = 1 << 20;

    /// <summary>The kernel's id of its boot, for ages over a restart; see <see cref="SpoolClock.ReadKernelBoot"/>.</summary>
    public Guid KernelBoot { get; init; }

    /// <summary>A full disk can give up one segment to go on, so there must be several.</summary>
    public int SegmentBytes => (int)Math.Clamp(MaxBytes / 8, SmallestSegment, LargestSegment);

    /// <summary>Bytes that may wait for the disk.</summary>
    public long QueueBytes => Math.Clamp(MaxBytes / 16, SmallestSegment, LargestSegment);

    public int MaxPayload => Math.Min(Format.RecordFormat.MaxPayload, SegmentBytes / 4);

    public int SegmentBytesFor(long freeBytes) => (int)Math.Clamp(freeBytes / 8, SmallestSegment, SegmentBytes);
}
