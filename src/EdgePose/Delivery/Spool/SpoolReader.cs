using System.Collections.Concurrent;
using EdgePose.Delivery.Spool.Format;
using Microsoft.Extensions.Logging;

namespace EdgePose.Delivery.Spool;

/// <summary>
/// The spool as one sink reads it: what it takes out stays its own until it is acknowledged, rejected or given back. What one reader does or
/// leaves undone changes nothing for the others. No method blocks on the disk except <see cref="Take"/>, which reads. All methods may be
/// called from any thread.
/// </summary>
internal sealed partial class SpoolReader
{
    private readonly Backlog _backlog;
    private readonly SpoolWriter _writer;
    private readonly Losses _losses;
    private readonly Action _wake;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly List<GivenUp> _givenUp = [];
    private long _acknowledged;

    /// <param name="backlog">What it has not done.</param>
    /// <param name="writer">Has the files.</param>
    /// <param name="losses">Receives what cannot be delivered.</param>
    /// <param name="wake">Wakes the spool's thread.</param>
    /// <param name="logger">Records that are refused or cannot be read.</param>
    public SpoolReader(Backlog backlog, SpoolWriter writer, Losses losses, Action wake, ILogger logger) =>
        (_backlog, _writer, _losses, _wake, _logger) = (backlog, writer, losses, wake, logger);

    /// <summary>
    /// Raised, on the spool's thread or on the one that made room, when <see cref="Take"/> may have something. A hint: it may be raised in vain.
    /// </summary>
    public event Action? Available;

    public string Name => _backlog.Reader;

    /// <summary>Records that wait or are out.</summary>
    public int Depth => _backlog.Depth;

    internal Backlog Backlog => _backlog;

    /// <summary>When the cursor was last written, by the timestamps of the spool's clock.</summary>
    internal long SavedAt { get; set; }

    /// <summary><see cref="Available"/> is due.</summary>
    internal bool HasNews { get; set; }

    /// <summary>
    /// The next records, as many as the window has room for, at most <paramref name="most"/>; each must be acknowledged, rejected or given
    /// back. Empty when nothing waits or the window is full.
    /// </summary>
    /// <param name="most">How many.</param>
    /// <param name="busy">Streams that are passed over; each stream of which a record is given becomes one. Null: any number of records of a stream.</param>
    public IReadOnlyList<SpoolRecord> Take(int most, ConcurrentDictionary<string, byte>? busy = null)
    {
        var records = new List<SpoolRecord>();
        foreach (var picked in _backlog.Take(most, busy))
        {
            if ((picked.Memory ?? Read(picked))?.For(Name) is not { } record)
            {
                busy?.TryRemove(picked.Stream, out _);
                continue;
            }
            _backlog.Keep(record);
            records.Add(record);
        }
        return records;
    }

    /// <summary>The sink has it. In any order. False when the record is not out.</summary>
    public bool Ack(long sequence)
    {
        if (!_backlog.Ack(sequence)) { return false; }
        Interlocked.Increment(ref _acknowledged);
        _wake();
        return true;
    }

    /// <summary>
    /// The sink refused it for good: it goes to the dead letters and is announced as a gap. The caller has tried as often as it wants.
    /// False when it is not out.
    /// </summary>
    public bool Reject(SpoolRecord record, string reason)
    {
        if (!_backlog.Withdraw(record.Sequence)) { return false; }
        Log.Rejected(_logger, record.Sequence, record.Stream, Name, reason);
        GiveUp(new GivenUp(record, reason, LossReason.Rejected));
        return true;
    }

    /// <summary>
    /// The sink refused an announcement, which is never given up: its stream goes on past it, and it is the next of the stream after
    /// <see cref="Recall"/>. When more of the stream is lost meanwhile, it becomes part of that announcement. False when it is not out.
    /// </summary>
    public bool Postpone(SpoolRecord gap)
    {
        if (_backlog.Postpone(gap.Sequence)) { return true; }
        // Announced anew under a later number, so that the cursor can pass the old one.
        if (!_backlog.Withdraw(gap.Sequence)) { return false; }
        GiveUp(new GivenUp(gap, "", LossReason.Rejected));
        return true;
    }

    /// <summary>What was postponed of a stream is next.</summary>
    public void Recall(string stream) => _backlog.Recall(stream);

    /// <summary>Could not be sent now: it is the next of its stream again. False when it is not out.</summary>
    public bool Return(long sequence) => _backlog.Return(sequence);

    /// <summary>The connection is gone: everything that is out, waits again.</summary>
    public int ReturnAll() => _backlog.ReturnAll();

    public ReaderStats Stats() => new(
        _backlog.Depth,
        _backlog.Oldest is { } second ? TimeSpan.FromSeconds(Math.Max(0, _writer.Clock.Seconds - second)) : TimeSpan.Zero,
        Interlocked.Read(ref _acknowledged),
        _losses.Counts(Name));

    /// <summary>Ends what was rejected or cannot be read: its announcement is on disk before the cursor passes it. On the spool's thread.</summary>
    internal void Bury()
    {
        List<GivenUp> all;
        lock (_gate)
        {
            all = [.. _givenUp];
            _givenUp.Clear();
        }
        foreach (var (record, reason, loss) in all)
        {
            if (record.Kind == RecordKind.Gap)
            {
                AnnounceAgain(new Picked(new Entry(record.Sequence, null, 0, record.Second), record.Stream, record));
                continue;
            }
            if (loss == LossReason.Rejected) { _writer.Bury(Name, record, reason); }
            if (!_backlog.Ack(record.Sequence)) { continue; }
            var created = record.Created.ToUnixTimeMilliseconds() is > 0 and var ms ? ms : _writer.Clock.WallOf(record.Second);
            _losses.Add(Name, new GapNotice(record.Stream, loss, record.Sequence, record.Sequence, 1, created, created));
            foreach (var postponed in _backlog.WithdrawGaps(record.Stream)) { AnnounceAgain(postponed); }
        }
        HasNews |= all.Count > 0;
    }

    private void AnnounceAgain(in Picked gap)
    {
        if (_backlog.Ack(gap.Entry.Sequence)) { _writer.AnnounceAgain(Name, gap); }
    }

    internal void Notify()
    {
        if (!HasNews) { return; }
        HasNews = false;
        Available?.Invoke();
    }

    private SpoolRecord? Read(in Picked picked)
    {
        var (reason, loss) = ("the bytes are not those that were written", LossReason.Damaged);
        try
        {
            if (picked.Entry.Segment?.Read(picked.Entry, _writer.Seed) is { } record) { return record; }
        }
        catch (IOException e) { (reason, loss) = (e.Message, LossReason.Missing); }
        Log.Unreadable(_logger, picked.Entry.Sequence, reason);
        var placeholder = SpoolRecord.From(new RecordHeader(picked.Entry.Sequence, 0, picked.Entry.Second, 0, RecordKind.Event, picked.Stream, 0), default);
        _backlog.Withdraw(picked.Entry.Sequence);
        GiveUp(new GivenUp(placeholder, reason, loss));
        return null;
    }

    private void GiveUp(GivenUp record)
    {
        lock (_gate) { _givenUp.Add(record); }
        _wake();
    }

    private readonly record struct GivenUp(SpoolRecord Record, string Reason, LossReason Loss);

    private static partial class Log
    {
        [LoggerMessage(3014, LogLevel.Error, "record {Sequence} of the spool cannot be read back: {Reason}")]
        public static partial void Unreadable(ILogger logger, long sequence, string reason);

        [LoggerMessage(3015, LogLevel.Warning, "record {Sequence} of stream={Stream} was refused for good by sink={Reader}: {Reason}")]
        public static partial void Rejected(ILogger logger, long sequence, string stream, string reader, string reason);
    }
}
