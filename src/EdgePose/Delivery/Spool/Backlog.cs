using System.Collections.Concurrent;
using EdgePose.Delivery.Spool.Format;

namespace EdgePose.Delivery.Spool;

/// <summary>
/// Every record that one reader has not done. Streams are served by turns, one record each, so that a new event of one stream does not wait
/// behind the backlog of another, while each stream keeps its order. At most <see cref="SpoolSettings.Window"/> records are out at a time, and
/// a record stays in the window until a cursor on disk says that it is done: so no crash can make more than that many arrive twice.
/// Thread-safe; does no I/O.
/// </summary>
/// <param name="reader">Name of the reader.</param>
/// <param name="options">Limits.</param>
/// <param name="from">Records below this sequence are not the reader's.</param>
internal sealed class Backlog(string reader, SpoolSettings options, long from = 0)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, StreamQueue> _streams = new(StringComparer.Ordinal);
    private readonly List<StreamQueue> _order = [];
    private readonly Dictionary<long, (StreamQueue Queue, Entry Entry)> _out = [], _withdrawn = [];
    private readonly List<long> _unsaved = [];
    private readonly HashSet<long> _gaps = [];
    private readonly SortedDictionary<long, SpoolRecord> _memory = [];

    // What has been out once: its segment may have been given up since, and the reader still has the bytes.
    private readonly Dictionary<long, SpoolRecord> _read = [];
    private readonly Dictionary<long, Entry> _moved = [];
    private long _memoryHeld, _next = 1;
    private int _at, _depth;
    private bool _changed, _isClosed;

    public string Reader { get; } = reader;

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
            lock (_gate) { return _memory.Count < options.MemoryRecords / 2 && _memoryHeld < options.MemoryBytes / 2; }
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
                foreach (var queue in _order)
                {
                    queue.DropStale(IsStale);
                    if (queue.Oldest is { } second && (oldest is null || second < oldest)) { oldest = second; }
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
            if (isExtra) { QueueOf(stream).AddExtra(sequence); }
            else { QueueOf(stream).AddDone(sequence); }
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
            if (!IsOurs(record.Sequence)) { return lost; }
            while (_memory.Count >= options.MemoryRecords || _memoryHeld + record.Payload.Length > options.MemoryBytes)
            {
                // What is out already is about to be delivered, and stays until it is done.
                if (_memory.Values.FirstOrDefault(r => !_out.ContainsKey(r.Sequence) && !_withdrawn.ContainsKey(r.Sequence)) is not { } oldest) { break; }
                Forget(oldest.Sequence);
                _gaps.Remove(oldest.Sequence);
                _depth--;
                lost.Add(oldest);
            }
            _memory.Add(record.Sequence, record);
            _memoryHeld += record.Payload.Length;
            AddWaiting(record.Stream, new Entry(record.Sequence, null, 0, record.Second), record.Kind);
            _changed |= lost.Count > 0;
        }
        return lost;
    }

    /// <summary>What only memory holds and is not done, in order: to be written once the disk is back.</summary>
    public List<SpoolRecord> MemoryRecords()
    {
        lock (_gate) { return [.. _memory.Values]; }
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
    /// <param name="most">How many.</param>
    /// <param name="busy">
    /// Streams that are passed over; each stream of which a record is picked becomes one. Null: any number of records of a stream.
    /// </param>
    public List<Picked> Take(int most, ConcurrentDictionary<string, byte>? busy = null)
    {
        var picked = new List<Picked>();
        lock (_gate)
        {
            most = Math.Min(most, options.Window - _out.Count - _withdrawn.Count - _unsaved.Count);
            for (var idle = 0; picked.Count < most && idle < _order.Count;)
            {
                _at = (_at + 1) % _order.Count;
                var queue = _order[_at];
                if (busy?.ContainsKey(queue.Stream) == true || !queue.TryTake(IsStale, out var entry))
                {
                    idle++;
                    continue;
                }
                busy?.TryAdd(queue.Stream, 0);
                idle = 0;
                _out.Add(entry.Sequence, (queue, entry));
                picked.Add(new Picked(Resolve(entry), queue.Stream, Held(entry.Sequence)));
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
    public bool Withdraw(long sequence)
    {
        lock (_gate) { return _out.Remove(sequence, out var taken) && _withdrawn.TryAdd(sequence, taken); }
    }

    /// <summary>False when the record is neither out nor held.</summary>
    public bool Ack(long sequence)
    {
        lock (_gate)
        {
            if (!_out.Remove(sequence, out var taken) && !_withdrawn.Remove(sequence, out taken)) { return false; }
            taken.Queue.Done(sequence);
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
            taken.Queue.Return(taken.Entry);
            return true;
        }
    }

    /// <summary>
    /// Puts a record aside: its stream goes on past it until <see cref="Recall"/>. False when it is not out, or so many have gone past that the
    /// cursor would grow too long.
    /// </summary>
    public bool Postpone(long sequence)
    {
        lock (_gate)
        {
            if (!_out.TryGetValue(sequence, out var taken) || taken.Queue.IsCrowded) { return false; }
            _out.Remove(sequence);
            taken.Queue.Postpone(taken.Entry);
            return true;
        }
    }

    /// <summary>What was put aside of a stream is next.</summary>
    public void Recall(string stream)
    {
        lock (_gate)
        {
            if (_streams.TryGetValue(stream, out var queue)) { queue.Recall(); }
        }
    }

    /// <summary>Takes the refused announcements of a stream away from their reader for good, until <see cref="Ack"/> ends them.</summary>
    public List<Picked> WithdrawGaps(string stream)
    {
        var all = new List<Picked>();
        lock (_gate)
        {
            if (!_streams.TryGetValue(stream, out var queue)) { return all; }
            foreach (var entry in queue.TakeRefused(e => _gaps.Contains(e.Sequence)))
            {
                _withdrawn.Add(entry.Sequence, (queue, entry));
                all.Add(new Picked(Resolve(entry), stream, Held(entry.Sequence)));
            }
        }
        return all;
    }

    /// <summary>Puts every record that is out back, and returns how many there were.</summary>
    public int ReturnAll()
    {
        lock (_gate)
        {
            var count = _out.Count;
            foreach (var (_, (queue, entry)) in _out) { queue.Return(entry); }
            _out.Clear();
            return count;
        }
    }

    /// <summary>Takes out every record of a segment that waits.</summary>
    public List<Removed> Remove(Segment segment) => Remove(e => ReferenceEquals(e.Segment, segment), frontOnly: false);

    /// <summary>Takes out every record that was accepted before a moment of the age clock and waits.</summary>
    public List<Removed> RemoveBefore(uint second) => Remove(e => e.Second < second, frontOnly: true);

    /// <summary>The positions for a cursor, and how many acknowledgements they cover.</summary>
    public (long Low, long Next, IReadOnlyList<StreamPosition> Streams, int Covers) Positions()
    {
        lock (_gate)
        {
            var low = _next;
            foreach (var queue in _order)
            {
                queue.DropStale(IsStale);
                if (!queue.IsIdle) { low = Math.Min(low, queue.Low); }
            }
            _order.RemoveAll(queue => queue.IsIdle && queue.Position(low) is null && _streams.Remove(queue.Stream));
            _changed = false;
            return (low, _next, [.. _order.Select(q => q.Position(low)).OfType<StreamPosition>()], _unsaved.Count);
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
        lock (_gate) { _unsaved.RemoveRange(0, Math.Min(covered, _unsaved.Count)); }
    }

    /// <summary>Forgets everything: the reader is no longer there.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _streams.Clear();
            _order.Clear();
            _out.Clear();
            _withdrawn.Clear();
            _unsaved.Clear();
            _gaps.Clear();
            _memory.Clear();
            _read.Clear();
            _moved.Clear();
            (_memoryHeld, _depth, _changed, _isClosed) = (0, 0, false, true);
        }
    }

    private void AddWaiting(string stream, in Entry entry, RecordKind kind)
    {
        if (!IsOurs(entry.Sequence)) { return; }
        QueueOf(stream).Add(entry);
        if (kind == RecordKind.Gap) { _gaps.Add(entry.Sequence); }
        _depth++;
    }

    private bool IsOurs(long sequence)
    {
        _next = Math.Max(_next, sequence + 1);
        return sequence >= from && !_isClosed;
    }

    private List<Removed> Remove(Func<Entry, bool> condition, bool frontOnly)
    {
        var all = new List<Removed>();
        lock (_gate)
        {
            foreach (var queue in _order)
            {
                queue.DropStale(IsStale);
                var entries = queue.Remove(e => condition(Resolve(e)) && !IsStale(e), frontOnly);
                if (entries.Count == 0) { continue; }
                var (events, gaps) = (new List<Entry>(), new List<Picked>());
                foreach (var entry in entries)
                {
                    var (sequence, at) = (entry.Sequence, Resolve(entry));
                    if (_gaps.Remove(sequence)) { gaps.Add(new Picked(at, queue.Stream, Held(sequence))); }
                    else { events.Add(at); }
                    Forget(sequence);
                }
                all.Add(new Removed(queue.Stream, events, gaps));
                _depth -= entries.Count;
                _changed = true;
            }
        }
        return all;
    }

    private SpoolRecord? Held(long sequence) => _memory.TryGetValue(sequence, out var kept) ? kept : _read.GetValueOrDefault(sequence);

    private Entry Resolve(Entry entry) => entry.Segment is null && _moved.TryGetValue(entry.Sequence, out var moved) ? moved : entry;

    // A record of memory that was given up leaves its entry behind in the middle of a queue.
    private bool IsStale(Entry entry) => entry.Segment is null && !_memory.ContainsKey(entry.Sequence) && !_moved.ContainsKey(entry.Sequence);

    private void Forget(long sequence)
    {
        _moved.Remove(sequence);
        _read.Remove(sequence);
        if (_memory.Remove(sequence, out var record)) { _memoryHeld -= record.Payload.Length; }
    }

    private StreamQueue QueueOf(string stream)
    {
        if (_streams.TryGetValue(stream, out var queue)) { return queue; }
        queue = new StreamQueue(stream);
        _streams.Add(stream, queue);
        _order.Add(queue);
        return queue;
    }
}
