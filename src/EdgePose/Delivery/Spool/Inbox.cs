using EdgePose.Delivery.Spool.Format;

namespace EdgePose.Delivery.Spool;

/// <summary>What became of an append.</summary>
internal enum AppendOutcome
{
    /// <summary>On disk: it will reach every reader or be named in a gap, whatever happens.</summary>
    Durable,

    /// <summary>The disk refuses writes; it is kept in memory and delivered from there, but a crash would lose it.</summary>
    Volatile,

    /// <summary>Refused: too many records wait for the disk.</summary>
    QueueFull,

    /// <summary>Refused: larger than a record may be.</summary>
    TooLarge,

    /// <summary>Refused: the spool is closed.</summary>
    Closed,
}

/// <summary>What an append knows at once, and what it learns when the disk has answered.</summary>
/// <param name="Sequence">Number of the record; 0 when it was refused.</param>
/// <param name="Completed">Never fails. Need not be awaited.</param>
internal readonly record struct AppendTicket(long Sequence, Task<AppendOutcome> Completed);

/// <summary>Names a record for ever.</summary>
internal readonly record struct RecordId(uint Boot, long Sequence);

/// <summary>
/// Records on their way to the writer, in the order of their numbers. Bounded: the newest is refused when it is full, because what was
/// numbered before it must keep its place. Thread-safe.
/// </summary>
internal sealed class Inbox(int mostRecords, long mostBytes, int mostPayload, uint boot, long next, Func<uint> second)
{
    internal readonly record struct Waiting(SpoolRecord Record, TaskCompletionSource<AppendOutcome>? Ticket);

    private readonly Lock _gate = new();
    private List<Waiting> _waiting = [];
    private long _next = next, _bytes;
    private bool _closed;

    public long Bytes
    {
        get
        {
            lock (_gate) { return _bytes; }
        }
    }

    public bool IsEmpty => Bytes == 0;

    /// <summary>Numbers a record and lets <paramref name="render"/> make its payload, so that the payload can hold its number.</summary>
    /// <returns>The number and its ticket; for a refusal 0, no ticket, and why.</returns>
    public (long Sequence, Task<AppendOutcome>? Ticket, AppendOutcome Refused) Add<T>(
        string stream, DateTimeOffset created, T state, Func<T, RecordId, ReadOnlyMemory<byte>> render)
    {
        lock (_gate)
        {
            if (_closed) { return (0, null, AppendOutcome.Closed); }
            if (_waiting.Count >= mostRecords || _bytes >= mostBytes) { return (0, null, AppendOutcome.QueueFull); }
            var payload = render(state, new RecordId(boot, _next));
            if (payload.Length > mostPayload) { return (0, null, AppendOutcome.TooLarge); }
            var ticket = new TaskCompletionSource<AppendOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
            return (Put(stream, RecordKind.Event, created, payload, ticket), ticket.Task, default);
        }
    }

    /// <summary>Adds a record of the spool's own; there is always room for it.</summary>
    public void AddOwn(string stream, RecordKind kind, DateTimeOffset created, ReadOnlyMemory<byte> payload)
    {
        lock (_gate) { Put(stream, kind, created, payload, null); }
    }

    /// <summary>Calls a function with the number that the next record gets; no record is numbered meanwhile.</summary>
    public T WithNext<T>(Func<long, T> use)
    {
        lock (_gate) { return use(_next); }
    }

    public List<Waiting> TakeAll()
    {
        lock (_gate)
        {
            var all = _waiting;
            (_waiting, _bytes) = ([], 0);
            return all;
        }
    }

    public void Close()
    {
        lock (_gate) { _closed = true; }
    }

    private long Put(string stream, RecordKind kind, DateTimeOffset created, ReadOnlyMemory<byte> payload, TaskCompletionSource<AppendOutcome>? ticket)
    {
        var record = new SpoolRecord
        {
            // A skip takes no number: every number that is given out has to arrive, or to be named.
            Sequence = kind == RecordKind.Skip ? _next - 1 : _next++, Boot = boot, Kind = kind, Stream = stream, Created = created, Payload = payload, Second = second(),
        };
        _waiting.Add(new Waiting(record, ticket));
        _bytes += record.Header.TotalLength;
        return record.Sequence;
    }
}
