using EdgePose.Delivery.Spool.Format;

namespace EdgePose.Delivery.Spool;

/// <summary>A record that was picked for the reader, still without its bytes.</summary>
internal readonly record struct Picked(Entry Entry, string Stream, SpoolRecord? Memory);

/// <summary>Records of one stream that were given up, with the gap records among them, whose announcements must be made again.</summary>
internal sealed record Removed(string Stream, IReadOnlyList<Entry> Events, IReadOnlyList<Picked> Gaps);

/// <summary>
/// Every record that is not done. Streams are served in turns, one record each, so that a new event of one stream does not wait behind the
/// backlog of another, while each stream keeps its order. At most <c>window</c> records are out at a time, and a record stays in the
/// window until a cursor on disk says that it is done: so no crash can make more than that many arrive twice. Thread-safe; does no I/O.
/// </summary>
internal sealed class Lanes(int window, int memoryRecords, long memoryBytes)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private readonly List<Lane> _turns = [];
    private readonly Dictionary<long, (Lane Lane, Entry Entry)> _out = [], _held = [];
    private readonly List<long> _unsaved = [];
    private readonly HashSet<long> _gaps = [];
    private readonly Dictionary<long, SpoolRecord> _memory = [];

    // What has been out once: its segment may have been given up since, and the reader still has the bytes.
    private readonly Dictionary<long, SpoolRecord> _read = [];
    private readonly Queue<long> _memoryOrder = new();
    private readonly Dictionary<long, Entry> _moved = [];
    private long _memoryHeld, _next = 1;
    private int _turn, _depth;
    private bool _changed;

    /// <summary>Not done: waiting or handed out.</summary>
    public int Depth
    {
        get
        {
            lock (_gate) { return _depth; }
        }
    }

    /// <summary>Acknowledged since the last cursor on disk.</summary>
    public int Unsaved
    {
        get
        {
            lock (_gate) { return _unsaved.Count; }
        }
    }

    /// <summary>One more than the highest sequence seen.</summary>
    public long Next
    {
        get
        {
            lock (_gate) { return _next; }
        }
    }

    /// <summary>Something is done that the cursor on disk does not say.</summary>
    public bool IsDirty
    {
        get
        {
            lock (_gate) { return _changed || _unsaved.Count > 0; }
        }
    }

    /// <summary>Half-empty memory is what a gap notice may use while the disk is away.</summary>
    public bool HasMemory
    {
        get
        {
            lock (_gate) { return _memory.Count < memoryRecords / 2 && _memoryHeld < memoryBytes / 2; }
        }
    }

    /// <summary>When the oldest record that waits was accepted, by the age clock; null when none waits.</summary>
    public uint? Oldest
    {
        get
        {
            lock (_gate)
            {
                uint? oldest = null;
                foreach (var lane in _turns)
                {
                    lane.DropStale(IsStale);
                    if (lane.Oldest is { } second && !(second >= oldest)) { oldest = second; }
                }
                return oldest;
            }
        }
    }

    /// <summary>Adds a record that is safe on disk.</summary>
    public void Add(string stream, in Entry entry, RecordKind kind)
    {
        lock (_gate) { AddWaiting(stream, entry, kind); }
    }

    /// <summary>Notes a record that was done before this run.</summary>
    public void AddDone(string stream, long sequence, bool isExtra)
    {
        lock (_gate)
        {
            _next = Math.Max(_next, sequence + 1);
            if (isExtra) { LaneOf(stream).AddExtra(sequence); }
            else { LaneOf(stream).AddDone(sequence); }
        }
    }

    /// <summary>No later record has a lower sequence.</summary>
    public void Reached(long next)
    {
        lock (_gate) { _next = Math.Max(_next, next); }
    }

    /// <summary>Adds a record that is nowhere but here. Returns what had to go for it, oldest first.</summary>
    public List<SpoolRecord> AddMemory(SpoolRecord record)
    {
        var lost = new List<SpoolRecord>();
        lock (_gate)
        {
            while (_memoryOrder.Count > 0 && (_memory.Count >= memoryRecords || _memoryHeld + record.Payload.Length > memoryBytes))
            {
                var oldest = _memoryOrder.Dequeue();
                // What is out already is about to be delivered; it no longer stands in the order, but stays until it is done.
                if (_out.ContainsKey(oldest) || _held.ContainsKey(oldest) || !_memory.TryGetValue(oldest, out var dropped)) { continue; }
                Forget(oldest);
                _gaps.Remove(oldest);
                _depth--;
                lost.Add(dropped);
            }
            _memory.Add(record.Sequence, record);
            _memoryOrder.Enqueue(record.Sequence);
            _memoryHeld += record.Payload.Length;
            AddWaiting(record.Stream, new Entry(record.Sequence, null, 0, record.Second), record.Kind);
            _changed |= lost.Count > 0;
        }
        return lost;
    }

    /// <summary>What only memory holds and is not done, in order: to be written once the disk is back.</summary>
    public List<SpoolRecord> MemoryRecords()
    {
        lock (_gate) { return [.. _memory.Values.OrderBy(r => r.Sequence)]; }
    }

    /// <summary>A record of memory is safe on disk now.</summary>
    public void MoveToDisk(in Entry entry)
    {
        lock (_gate)
        {
            if (!_memory.ContainsKey(entry.Sequence)) { return; }
            Forget(entry.Sequence);
            _moved.Add(entry.Sequence, entry);
        }
    }

    /// <summary>Picks the next records, at most as many as the window has room for.</summary>
    public List<Picked> Take(int most)
    {
        var picked = new List<Picked>();
        lock (_gate)
        {
            most = Math.Min(most, window - _out.Count - _held.Count - _unsaved.Count);
            for (var idle = 0; picked.Count < most && idle < _turns.Count;)
            {
                _turn = (_turn + 1) % _turns.Count;
                if (!_turns[_turn].TryTake(IsStale, out var entry))
                {
                    idle++;
                    continue;
                }
                idle = 0;
                _out.Add(entry.Sequence, (_turns[_turn], entry));
                picked.Add(new Picked(Resolve(entry), _turns[_turn].Stream, Held(entry.Sequence)));
            }
        }
        return picked;
    }

    /// <summary>Keeps the bytes of a record while it is out or comes back.</summary>
    public void Keep(SpoolRecord record)
    {
        lock (_gate)
        {
            if (_out.ContainsKey(record.Sequence)) { _read[record.Sequence] = record; }
        }
    }

    /// <summary>Takes a record away from its reader for good, until <see cref="Ack"/> ends it. False when it is not out.</summary>
    public bool Hold(long sequence)
    {
        lock (_gate) { return _out.Remove(sequence, out var taken) && _held.TryAdd(sequence, taken); }
    }

    /// <summary>False when the record is neither out nor held.</summary>
    public bool Ack(long sequence)
    {
        lock (_gate)
        {
            if (!_out.Remove(sequence, out var taken) && !_held.Remove(sequence, out taken)) { return false; }
            taken.Lane.Done(sequence);
            _unsaved.Add(sequence);
            _gaps.Remove(sequence);
            Forget(sequence);
            _depth--;
            return true;
        }
    }

    /// <summary>Puts a record back to the front of its stream. False when it is not out.</summary>
    public bool Return(long sequence)
    {
        lock (_gate)
        {
            if (!_out.Remove(sequence, out var taken)) { return false; }
            taken.Lane.Return(taken.Entry);
            return true;
        }
    }

    /// <summary>Puts every record that is out back, and returns how many there were.</summary>
    public int ReturnAll()
    {
        lock (_gate)
        {
            var count = _out.Count;
            foreach (var (_, (lane, entry)) in _out) { lane.Return(entry); }
            _out.Clear();
            return count;
        }
    }

    /// <summary>Takes out every record of a segment that waits.</summary>
    public List<Removed> Remove(Segment segment) => Remove(e => ReferenceEquals(e.Segment, segment), frontOnly: false);

    /// <summary>Takes out every record that was accepted before a moment of the age clock and waits.</summary>
    public List<Removed> RemoveBefore(uint second) => Remove(e => e.Second < second, frontOnly: true);

    /// <summary>The positions for a cursor, and how many acknowledgements they cover.</summary>
    public (long Low, long Next, IReadOnlyList<LaneCursor> Lanes, int Covers) Positions()
    {
        lock (_gate)
        {
            var low = _next;
            foreach (var lane in _turns)
            {
                lane.DropStale(IsStale);
                if (!lane.IsIdle) { low = Math.Min(low, lane.Low); }
            }
            _turns.RemoveAll(lane => lane.IsIdle && lane.Cursor(low) is null && _lanes.Remove(lane.Stream));
            _changed = false;
            return (low, _next, [.. _turns.Select(l => l.Cursor(low)).OfType<LaneCursor>()], _unsaved.Count);
        }
    }

    /// <summary>The cursor on disk has to be written again.</summary>
    public void MarkChanged()
    {
        lock (_gate) { _changed = true; }
    }

    /// <summary>Frees the window of the first <paramref name="covered"/> acknowledgements, which a cursor now says.</summary>
    public void Saved(int covered)
    {
        lock (_gate) { _unsaved.RemoveRange(0, covered); }
    }

    private void AddWaiting(string stream, in Entry entry, RecordKind kind)
    {
        LaneOf(stream).Add(entry);
        if (kind == RecordKind.Gap) { _gaps.Add(entry.Sequence); }
        _next = Math.Max(_next, entry.Sequence + 1);
        _depth++;
    }

    private List<Removed> Remove(Func<Entry, bool> condition, bool frontOnly)
    {
        var all = new List<Removed>();
        lock (_gate)
        {
            foreach (var lane in _turns)
            {
                lane.DropStale(IsStale);
                var entries = lane.Remove(e => condition(Resolve(e)) && !IsStale(e), frontOnly);
                if (entries.Count == 0) { continue; }
                var (events, gaps) = (new List<Entry>(), new List<Picked>());
                foreach (var entry in entries)
                {
                    var (sequence, at) = (entry.Sequence, Resolve(entry));
                    if (_gaps.Remove(sequence)) { gaps.Add(new Picked(at, lane.Stream, Held(sequence))); }
                    else { events.Add(at); }
                    Forget(sequence);
                }
                all.Add(new Removed(lane.Stream, events, gaps));
                _depth -= entries.Count;
                _changed = true;
            }
        }
        return all;
    }

    private SpoolRecord? Held(long sequence) => _memory.GetValueOrDefault(sequence) ?? _read.GetValueOrDefault(sequence);

    private Entry Resolve(Entry entry) => entry.Segment is null && _moved.TryGetValue(entry.Sequence, out var moved) ? moved : entry;

    // A record of memory that was given up leaves its entry behind in the middle of a queue.
    private bool IsStale(Entry entry) => entry.Segment is null && !_memory.ContainsKey(entry.Sequence) && !_moved.ContainsKey(entry.Sequence);

    private void Forget(long sequence)
    {
        _moved.Remove(sequence);
        _read.Remove(sequence);
        if (_memory.Remove(sequence, out var record)) { _memoryHeld -= record.Payload.Length; }
    }

    private Lane LaneOf(string stream)
    {
        if (_lanes.TryGetValue(stream, out var lane)) { return lane; }
        lane = new Lane(stream);
        _lanes.Add(stream, lane);
        _turns.Add(lane);
        return lane;
    }
}
