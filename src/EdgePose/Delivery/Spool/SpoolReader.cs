namespace EdgePose.Delivery.Spool;

/// <summary>The spool as one sink reads it: what it takes out stays its own until it is acknowledged, rejected or given back.</summary>
internal sealed class SpoolReader(DurableSpool spool)
{
    /// <summary>Raised, on any thread, when <see cref="Take"/> may have something. A hint: it may be raised in vain.</summary>
    public event Action? Available
    {
        add => spool.Available += value;
        remove => spool.Available -= value;
    }

    /// <summary>Records that wait or are out.</summary>
    public int Depth => spool.Depth;

    /// <summary>The next records, as many as the window has room for, at most <paramref name="most"/>.</summary>
    public IReadOnlyList<SpoolRecord> Take(int most) => spool.Take(most);

    /// <summary>The sink has it. In any order. False when the record is not out.</summary>
    public bool Ack(long sequence) => spool.Ack(sequence);

    /// <summary>The sink refused it for good.</summary>
    public bool Reject(SpoolRecord record, string reason) => spool.Reject(record, reason);

    /// <summary>Could not be sent now: it is the next of its stream again.</summary>
    public bool Return(long sequence) => spool.Return(sequence);
}
