using EdgePose.Delivery.Spool.Format;

namespace EdgePose.Delivery.Spool;

/// <summary>
/// The backlogs of all readers. A record that is stored or remembered reaches each of them; what one has done or given up says nothing
/// about the others. Thread-safe.
/// </summary>
internal sealed class Backlogs
{
    private readonly Lock _gate = new();
    private Backlog[] _all = [];

    public IReadOnlyList<Backlog> All => Volatile.Read(ref _all);

    /// <summary>One more than the highest sequence seen.</summary>
    public long Next => All.Select(b => b.Next).DefaultIfEmpty(1).Max();

    /// <summary>Half-empty memory is what a gap notice may use while the disk is away.</summary>
    public bool HasMemory => All.All(b => b.HasMemory);

    /// <summary>Some reader has done something that its cursor on disk does not say.</summary>
    public bool IsDirty => All.Any(b => b.IsDirty);

    public void Join(Backlog backlog)
    {
        lock (_gate) { Volatile.Write(ref _all, [.. _all, backlog]); }
    }

    public void Leave(Backlog backlog)
    {
        lock (_gate) { Volatile.Write(ref _all, [.. _all.Where(b => b != backlog)]); }
        backlog.Clear();
    }

    /// <summary>Adds a record that is safe on disk.</summary>
    public void Add(string stream, in Entry entry, RecordKind kind)
    {
        foreach (var backlog in All) { backlog.Add(stream, entry, kind); }
    }

    /// <summary>A record of memory is safe on disk now.</summary>
    public void MoveToDisk(in Entry entry)
    {
        foreach (var backlog in All) { backlog.MoveToDisk(entry); }
    }

    /// <summary>What only memory holds and some reader has not done, in order: to be written once the disk is back.</summary>
    public List<SpoolRecord> MemoryRecords() =>
        [.. All.SelectMany(b => b.MemoryRecords()).DistinctBy(r => r.Sequence).OrderBy(r => r.Sequence)];

    /// <summary>No later record has a lower sequence.</summary>
    public void Reached(long next)
    {
        foreach (var backlog in All) { backlog.Reached(next); }
    }

    /// <summary>Every cursor on disk has to be written again.</summary>
    public void MarkChanged()
    {
        foreach (var backlog in All) { backlog.MarkChanged(); }
    }
}
