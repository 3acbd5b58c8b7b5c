using EdgePose.Settings;

namespace EdgePose.Delivery.Spool;

/// <summary>The section <c>spool</c>, and the limits of a spool that nobody has to set.</summary>
internal sealed record SpoolSettings
{
    public const long SmallestMaxBytes = 1 << 20;
    private const long LargestMaxBytes = 4L << 30;
    private const int LargestSegment = 4 << 20, SmallestSegment = 64 << 10;
    private static readonly IReadOnlyList<string> MqttAlone = ["mqtt"];

    public static readonly Doc About = """
        Events wait here until the broker has them: over outages, restarts, crashes and power cuts. What waits is kept for the next start.
        """;

    /// <summary>Absolute path; made when it does not exist. Empty as it is read = the state directory of the service or the user.</summary>
    public required string Folder { get; init; }

    /// <summary>
    /// Who reads, one at least. One whose name the folder does not know begins with the records that are accepted from now on; one that is no
    /// longer listed is forgotten.
    /// </summary>
    public IReadOnlyList<string> Readers { get; init; } = MqttAlone;

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

    public static SpoolSettings Read(Section s)
    {
        var settings = new SpoolSettings
        {
            Folder = s.File("folder", new Doc("""
                Folder of the spool. One process uses it at a time. Choose a disk that survives a reboot, not a tmpfs.
                """)
            {
                Remark = "$STATE_DIRECTORY/spool, else $XDG_STATE_HOME/edgepose/spool or ~/.local/state/edgepose/spool", Example = "/var/lib/edgepose/spool",
            }, written: true),
            MaxBytes = s.Size("max_size", "256MiB", SmallestMaxBytes, LargestMaxBytes, """
                Size on disk, in KiB, MiB or GiB. At the limit the oldest events give way, and a gap event announces the loss. An event takes about
                1 KiB on disk and, while it waits, some 30 bytes of memory.
                """),
            MaxAge = s.Duration("max_age", TimeSpan.FromDays(7), TimeSpan.FromMinutes(1), TimeSpan.FromDays(365), """
                Events that have waited longer are given up, and a gap event announces the loss. The age is measured by a clock that does not jump.
                """),
        };
        s.Done();
        return settings;
    }

    /// <summary>A full disk can give up one segment to go on, so there must be several.</summary>
    public int SegmentBytes => (int)Math.Clamp(MaxBytes / 8, SmallestSegment, LargestSegment);

    /// <summary>Bytes that may wait for the disk.</summary>
    public long QueueBytes => Math.Clamp(MaxBytes / 16, SmallestSegment, LargestSegment);

    public int MaxPayload => Math.Min(Format.RecordFormat.MaxPayload, SegmentBytes / 4);

    public int SegmentBytesFor(long freeBytes) => (int)Math.Clamp(freeBytes / 8, SmallestSegment, SegmentBytes);
}
