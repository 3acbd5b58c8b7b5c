namespace EdgePose.Delivery.Spool;

/// <summary>Figures of one reader at one moment. Received = delivered + waiting + lost, over the life of the folder.</summary>
/// <param name="Depth">Records that wait or are out.</param>
/// <param name="OldestAge">How long the oldest waiting record has waited; zero when none waits.</param>
/// <param name="Acknowledged">Records that the reader has taken in this run.</param>
/// <param name="Lost">Events lost since the start, by reason; every reason is present.</param>
internal sealed record ReaderStats(int Depth, TimeSpan OldestAge, long Acknowledged, IReadOnlyDictionary<LossReason, long> Lost)
{
    public long LostTotal => Lost.Values.Sum();
}

/// <summary>Figures of the spool at one moment. Of what the readers have each of their own, the worst counts.</summary>
internal sealed record SpoolStats
{
    /// <summary>By name.</summary>
    public required IReadOnlyDictionary<string, ReaderStats> Readers { get; init; }

    /// <summary>Bytes of the segments on disk.</summary>
    public required long Bytes { get; init; }

    /// <summary>Records accepted in this run, on disk or, while that is away, in memory.</summary>
    public required long Appended { get; init; }

    /// <summary>Events of this run that a crash would lose, because only memory holds or held them.</summary>
    public required long Volatile { get; init; }

    /// <summary>99th percentile of the latest 512 syncs of a segment; 0 before the first.</summary>
    public required double SyncP99Ms { get; init; }

    /// <summary>Why nothing can be written; empty while all is well.</summary>
    public required string Fault { get; init; }
    public required uint Boot { get; init; }

    /// <summary>Records that wait or are out, of the reader that is furthest behind.</summary>
    public int Depth => Readers.Values.Max(r => r.Depth);

    /// <summary>How long the oldest record has waited for some reader; zero when none waits.</summary>
    public TimeSpan OldestAge => Readers.Values.Max(r => r.OldestAge);

    /// <summary>Records that every reader has taken at least.</summary>
    public long Acknowledged => Readers.Values.Min(r => r.Acknowledged);

    /// <summary>Events lost since the start by the reader that lost most, by reason; every reason is present.</summary>
    public IReadOnlyDictionary<LossReason, long> Lost => Enum.GetValues<LossReason>().ToDictionary(r => r, r => Readers.Values.Max(s => s.Lost[r]));
    public long LostTotal => Lost.Values.Sum();
}
