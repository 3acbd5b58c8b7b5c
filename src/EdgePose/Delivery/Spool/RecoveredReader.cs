using EdgePose.Delivery.Spool.Format;

namespace EdgePose.Delivery.Spool;

/// <summary>One reader while the folder is read: where its cursor stands, and what it has to get or to be told.</summary>
internal sealed class RecoveredReader
{
    private readonly Dictionary<string, StreamPosition> _done;
    private readonly List<(string Stream, long Sequence)> _damaged = [];

    /// <param name="backlog">To be filled.</param>
    /// <param name="cursor">The newest intact one; null when there is none.</param>
    /// <param name="oldest">Where the reader begins without a cursor.</param>
    public RecoveredReader(Backlog backlog, Cursor? cursor, long oldest)
    {
        (Backlog, Generation, Low) = (backlog, cursor?.Generation ?? 0, cursor?.Low ?? oldest);
        _done = cursor?.Streams.ToDictionary(s => s.Stream, StringComparer.Ordinal) ?? [];
    }

    public Backlog Backlog { get; }

    /// <summary>Of the cursor; 0 when there is none.</summary>
    public long Generation { get; }

    /// <summary>Everything below is done.</summary>
    public long Low { get; }

    /// <summary>A record of the folder. True when it waits for the reader.</summary>
    public bool Load(in ScannedRecord record, Segment segment)
    {
        var header = record.Header;
        var position = _done.GetValueOrDefault(header.Stream);
        var isExtra = position is not null && header.Sequence >= position.Low && position.Extras.Contains(header.Sequence);
        if (header.Sequence < Math.Max(Low, position?.Low ?? 0) || isExtra)
        {
            Backlog.AddDone(header.Stream, header.Sequence, isExtra);
            return false;
        }
        if (!record.Intact)
        {
            _damaged.Add((header.Stream, header.Sequence));
            return false;
        }
        Backlog.Add(header.Stream, new Entry(header.Sequence, segment, record.Offset, header.Second), header.Kind);
        return true;
    }

    /// <summary>What the reader has not done of sequences that are nowhere.</summary>
    public Ranges Missing(Ranges holes)
    {
        var missing = new Ranges();
        foreach (var (first, last) in holes.All) { missing.Add(first, last); }
        missing.Remove(0, Low - 1);
        foreach (var done in _done.Values.SelectMany(s => s.Extras)) { missing.Remove(done, done); }
        return missing;
    }

    /// <summary>Records that it has not done and that cannot be read.</summary>
    public IEnumerable<(string Stream, long Sequence)> Damaged(Ranges known) =>
        _damaged.Where(d => !known.All.Any(r => d.Sequence >= r.First && d.Sequence <= r.Last));
}
