namespace EdgePose.Delivery.Spool;

/// <summary>The records of one stream that one reader has not done, in their order. Not thread-safe: <see cref="Backlog"/> guards it.</summary>
internal sealed class StreamQueue(string stream)
{
    /// <summary>So many records may overtake one that hangs; then the stream waits for it, and the cursor file stays small.</summary>
    public const int MostExtras = 256;

    private readonly Queue<Entry> _waiting = new();
    private readonly SortedList<long, Entry> _returned = [];

    // Refused announcements, which the rest of the stream does not wait for.
    private readonly SortedList<long, Entry> _postponed = [];
    private readonly SortedSet<long> _out = [];
    private readonly SortedSet<long> _extras = [];
    private long _high;

    public string Stream { get; } = stream;
    public bool IsIdle => _waiting.Count + _returned.Count + _postponed.Count + _out.Count == 0;

    /// <summary>Many records have overtaken one that is not done.</summary>
    public bool IsCrowded => _extras.Count >= MostExtras / 2;

    /// <summary>Every record of the stream below is done.</summary>
    public long Low
    {
        get
        {
            var low = _high + 1;
            if (_waiting.TryPeek(out var w)) { low = Math.Min(low, w.Sequence); }
            if (_returned.Count > 0) { low = Math.Min(low, _returned.Keys[0]); }
            if (_postponed.Count > 0) { low = Math.Min(low, _postponed.Keys[0]); }
            if (_out.Count > 0) { low = Math.Min(low, _out.Min); }
            return low;
        }
    }

    /// <summary>When the oldest record that is not done was accepted; null when all are. In-flight records are left to their reader.</summary>
    public uint? Oldest
    {
        get
        {
            uint? oldest = _returned.Count > 0 ? _returned.Values[0].Second : _waiting.TryPeek(out var w) ? w.Second : null;
            if (_postponed.Count == 0) { return oldest; }
            var postponed = _postponed.Values[0].Second;
            return oldest is { } other ? Math.Min(other, postponed) : postponed;
        }
    }

    public void Add(in Entry entry)
    {
        _waiting.Enqueue(entry);
        _high = Math.Max(_high, entry.Sequence);
    }

    /// <summary>A record found done at the start.</summary>
    public void AddDone(long sequence) => _high = Math.Max(_high, sequence);

    public void AddExtra(long sequence)
    {
        AddDone(sequence);
        _extras.Add(sequence);
    }

    public bool TryTake(Func<Entry, bool> isStale, out Entry entry)
    {
        DropStale(isStale);
        entry = default;
        if (_returned.Count > 0)
        {
            entry = _returned.Values[0];
            _returned.RemoveAt(0);
        }
        else if ((_extras.Count >= MostExtras && _out.Count + _postponed.Count > 0) || !_waiting.TryDequeue(out entry)) { return false; }
        _out.Add(entry.Sequence);
        return true;
    }

    public void Done(long sequence)
    {
        _out.Remove(sequence);
        _extras.Add(sequence);
        PruneExtras();
    }

    public void Return(in Entry entry)
    {
        _out.Remove(entry.Sequence);
        _returned.Add(entry.Sequence, entry);
    }

    public void Postpone(in Entry entry)
    {
        _out.Remove(entry.Sequence);
        _postponed.Add(entry.Sequence, entry);
    }

    public void Recall()
    {
        foreach (var (sequence, entry) in _postponed) { _returned.Add(sequence, entry); }
        _postponed.Clear();
    }

    /// <summary>Those that were refused, whether they wait for their time or for their turn; they count as handed out from here on.</summary>
    public List<Entry> TakeRefused(Func<Entry, bool> isGap)
    {
        List<Entry> all = [.. _postponed.Values, .. _returned.Values.Where(isGap)];
        _postponed.Clear();
        foreach (var entry in all)
        {
            _returned.Remove(entry.Sequence);
            _out.Add(entry.Sequence);
        }
        return all;
    }

    /// <summary>Takes out what has not been handed out and fulfils the condition; with <paramref name="frontOnly"/> it stops at the first that does not.</summary>
    public List<Entry> Remove(Func<Entry, bool> condition, bool frontOnly)
    {
        var removed = new List<Entry>();
        foreach (var list in (ReadOnlySpan<SortedList<long, Entry>>)[_returned, _postponed])
        {
            foreach (var entry in list.Values.Where(condition).ToList())
            {
                removed.Add(entry);
                list.Remove(entry.Sequence);
            }
        }
        if (frontOnly)
        {
            while (_waiting.TryPeek(out var e) && condition(e)) { removed.Add(_waiting.Dequeue()); }
        }
        else
        {
            for (var n = _waiting.Count; n > 0; n--)
            {
                var e = _waiting.Dequeue();
                if (condition(e)) { removed.Add(e); }
                else { _waiting.Enqueue(e); }
            }
        }
        PruneExtras();
        return removed;
    }

    public void DropStale(Func<Entry, bool> isStale)
    {
        var dropped = false;
        foreach (var list in (ReadOnlySpan<SortedList<long, Entry>>)[_returned, _postponed])
        {
            for (var i = list.Count - 1; i >= 0; i--)
            {
                if (!isStale(list.Values[i])) { continue; }
                list.RemoveAt(i);
                dropped = true;
            }
        }
        while (_waiting.TryPeek(out var e) && isStale(e))
        {
            _waiting.Dequeue();
            dropped = true;
        }
        if (dropped) { PruneExtras(); }
    }

    /// <summary>Where the stream stands; null when that is <paramref name="low"/> and nothing more.</summary>
    public StreamPosition? Position(long low)
    {
        var own = Low;
        return own <= low && _extras.Count == 0 ? null : new StreamPosition(Stream, own, [.. _extras]);
    }

    private void PruneExtras()
    {
        var low = Low;
        while (_extras.Count > 0 && _extras.Min < low) { _extras.Remove(_extras.Min); }
    }
}
