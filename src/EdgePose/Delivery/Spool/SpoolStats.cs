namespace EdgePose.Delivery.Spool;

/// <summary>Figures of the spool at one moment. Received = delivered + waiting + lost, over the life of the folder.</summary>
internal sealed record SpoolStats
{
    /// <summary>Records that wait or are out.</summary>
    public required int Depth { get; init; }

    /// <summary>Bytes of the segments on disk.</summary>
    public required long Bytes { get; init; }

    /// <summary>How long the oldest waiting record has waited; zero when none waits.</summary>
    public required TimeSpan OldestAge { get; init; }

    /// <summary>Records accepted in this run, on disk or, while that is away, in memory.</summary>
    public required long Appended { get; init; }
    public required long Acknowledged { get; init; }

    /// <summary>Events lost since the start, by reason; every reason is present.</summary>
    public required IReadOnlyDictionary<LossReason, long> Lost { get; init; }

    /// <summary>Events of this run that a crash would lose, because only memory holds or held them.</summary>
    public required long Volatile { get; init; }

    /// <summary>99th percentile of the latest 512 syncs of a segment; 0 before the first.</summary>
    public required double SyncP99Ms { get; init; }

    /// <summary>Why nothing can be written; empty while all is well.</summary>
    public required string Fault { get; init; }
    public required uint Boot { get; init; }
    public long LostTotal => Lost.Values.Sum();
}

/// <summary>The latest durations and their percentile. One writer, any readers.</summary>
internal sealed class SyncTimes
{
    private readonly Lock _gate = new();
    private readonly double[] _ms = new double[512];
    private int _count;

    public void Add(TimeSpan duration)
    {
        lock (_gate) { _ms[_count++ % _ms.Length] = duration.TotalMilliseconds; }
    }

    public double P99Ms
    {
        get
        {
            lock (_gate)
            {
                var n = Math.Min(_count, _ms.Length);
                if (n == 0) { return 0; }
                var sorted = _ms[..n];
                Array.Sort(sorted);
                return sorted[Math.Min(n - 1, (int)Math.Ceiling(n * 0.99) - 1)];
            }
        }
    }
}
