using System.Text;
using EdgePose.Delivery.Spool.Format;
using EdgePose.Delivery.Spool.Storage;
using EdgePose.Domain;
using Microsoft.Extensions.Logging;

namespace EdgePose.Delivery.Spool;

/// <summary>
/// The durable queue between events and broker. What <see cref="Append{T}"/> has reported as <see cref="AppendOutcome.Durable"/> leaves the
/// queue only by <see cref="Ack"/> or named in a gap record, across crashes and power cuts. Records of one stream come out in their order;
/// streams take turns. At most <see cref="SpoolSettings.Window"/> records are out or acknowledged without the cursor on disk saying so: these
/// are the ones that can come a second time after a crash. No method blocks on the disk except <see cref="Take"/>, which reads, and
/// <see cref="DisposeAsync"/>. All methods may be called from any thread; one reader is assumed.
/// </summary>
internal sealed partial class DurableSpool : IAsyncDisposable
{
    private readonly SpoolSettings _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SpoolWriter _writer;
    private readonly Lanes _lanes;
    private readonly Losses _losses;
    private readonly Inbox _inbox;
    private readonly Lock _rejectGate = new();
    private readonly List<(SpoolRecord Record, string Reason, LossReason Loss)> _rejected = [];
    private readonly ManualResetEventSlim _wake = new(true);
    private readonly ITimer _timer;
    private Thread? _thread;
    private long _appended, _acknowledged, _volatile, _refused;
    private long _lastStore, _lastSave, _announcedAt, _refusedAt;
    private volatile bool _stop;
    private bool _disposed;

    private DurableSpool(SpoolSettings options, SpoolWriter writer, Recovered? recovered, Lanes lanes, Losses losses, TimeProvider time, ILogger logger)
    {
        (_options, _writer, _lanes, _losses, _time, _logger) = (options, writer, lanes, losses, time, logger);
        _inbox = new Inbox(
            options.QueueRecords, options.QueueBytes, options.MaxPayload, writer.Boot, recovered?.NextSequence ?? 1, () => writer.Clock.Stamp);
        Recovery = recovered?.Report ?? new RecoveryReport();
        _refusedAt = time.GetTimestamp();
        _lastStore = _lastSave = _announcedAt = _refusedAt - time.TimestampFrequency;
        // The number of this run goes to disk first of all.
        lanes.MarkChanged();
        _timer = time.CreateTimer(static self => ((DurableSpool)self!)._wake.Set(), this, options.RetryInterval, options.RetryInterval);
    }

    /// <summary>
    /// Raised, on the spool's thread or on the one that made room, when <see cref="Take"/> may have something. A hint: it may be raised in vain.
    /// </summary>
    public event Action? Available;

    /// <summary>What the start found.</summary>
    public RecoveryReport Recovery { get; }

    /// <summary>
    /// Reads the folder and begins to write. A disk that cannot be written is no error: events are then kept in memory, and the disk is tried
    /// again and again.
    /// </summary>
    /// <exception cref="UserError">Another process uses the folder.</exception>
    public static DurableSpool Open(SpoolSettings options, TimeProvider time, Func<bool> clockIsSynced, ILogger<DurableSpool> logger)
    {
        var spool = Create(options, new PosixFileSystem(), time, clockIsSynced, logger);
        spool.Start();
        return spool;
    }

    /// <summary>As <see cref="Open"/> on any disk, without the thread: whoever calls <see cref="Turn"/> does its work.</summary>
    internal static DurableSpool Create(SpoolSettings options, IFileSystem files, TimeProvider time, Func<bool> clockIsSynced, ILogger logger)
    {
        IDisposable? folderLock = null;
        IOException? fault = null;
        try
        {
            files.CreateFolder(options.Folder);
            folderLock = SpoolLock.TryTake(files, options.Folder, out var holder)
                ?? throw new UserError(ExitCode.Failed, $"the spool {options.Folder} is in use by process {holder}", "stop that one, or set another spool.folder");
        }
        catch (IOException e) { fault = e; }
        var (lanes, losses) = (new Lanes(options.Window, options.MemoryRecords, options.MemoryBytes), new Losses());
        Recovered? recovered = null;
        try { recovered = new Recovery(files, options.Folder, lanes).Run(); }
        catch (IOException e) { fault ??= e; }
        var clock = new SpoolClock(time, options.KernelBoot, clockIsSynced, recovered?.Clock, recovered?.NewestSecond ?? 0);
        var writer = new SpoolWriter(options, files, recovered, clock, time, lanes, losses, logger);
        writer.Own(folderLock, fault);
        // Before anybody can take what is too old.
        writer.Retain(0);
        var spool = new DurableSpool(options, writer, recovered, lanes, losses, time, logger);
        spool.Report();
        return spool;
    }

    /// <summary>
    /// Takes an event. Returns at once; the ticket completes when it is on disk. The stream's name is at most
    /// <see cref="RecordFormat.MaxStreamBytes"/> bytes of UTF-8.
    /// </summary>
    public AppendTicket Append(string stream, DateTimeOffset created, ReadOnlyMemory<byte> payload) =>
        Append(stream, created, payload, static (bytes, _) => bytes);

    /// <summary>As the other one, for payloads that hold their own number. <paramref name="render"/> runs inside a lock: it must be quick.</summary>
    public AppendTicket Append<T>(string stream, DateTimeOffset created, T state, Func<T, RecordId, ReadOnlyMemory<byte>> render)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Encoding.UTF8.GetByteCount(stream), RecordFormat.MaxStreamBytes, nameof(stream));
        var (sequence, ticket, refused) = _inbox.Add(stream, created, state, render);
        if (ticket is not null)
        {
            Interlocked.Increment(ref _appended);
            _wake.Set();
            return new AppendTicket(sequence, ticket);
        }
        if (refused != AppendOutcome.Closed)
        {
            Interlocked.Increment(ref _refused);
            var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
            _losses.Add(new GapNotice(stream, refused == AppendOutcome.QueueFull ? LossReason.QueueFull : LossReason.TooLarge, 0, 0, 1, now, now));
        }
        return new AppendTicket(0, Task.FromResult(refused));
    }

    /// <summary>The spool as a sink of this name reads it. There is one cursor yet, so that one sink at a time can have it.</summary>
    public SpoolReader Reader(string sink)
    {
        ArgumentException.ThrowIfNullOrEmpty(sink);
        return new SpoolReader(this);
    }

    /// <summary>
    /// The next records, as many as the window has room for, at most <paramref name="most"/>; each must be acknowledged, rejected or given
    /// back. Empty when nothing waits or the window is full.
    /// </summary>
    public IReadOnlyList<SpoolRecord> Take(int most)
    {
        var records = new List<SpoolRecord>();
        foreach (var picked in _lanes.Take(most))
        {
            if ((picked.Memory ?? Read(picked)) is not { } record) { continue; }
            _lanes.Keep(record);
            records.Add(record);
        }
        return records;
    }

    /// <summary>The broker has it. In any order. False when the record is not out.</summary>
    public bool Ack(long sequence)
    {
        if (!_lanes.Ack(sequence)) { return false; }
        Interlocked.Increment(ref _acknowledged);
        _wake.Set();
        return true;
    }

    /// <summary>
    /// The broker refused it for good: it goes to the dead letters and is announced as a gap. The caller has tried as often as it wants.
    /// False when it is not out.
    /// </summary>
    public bool Reject(SpoolRecord record, string reason)
    {
        if (!_lanes.Hold(record.Sequence)) { return false; }
        Log.Rejected(_logger, record.Sequence, record.Stream, reason);
        lock (_rejectGate) { _rejected.Add((record, reason, LossReason.Rejected)); }
        _wake.Set();
        return true;
    }

    /// <summary>Could not be sent now: it is the next of its stream again. False when it is not out.</summary>
    public bool Return(long sequence) => _lanes.Return(sequence);

    /// <summary>The connection is gone: everything that is out, waits again.</summary>
    public int ReturnAll() => _lanes.ReturnAll();

    /// <summary>Records that wait or are out.</summary>
    public int Depth => _lanes.Depth;

    public SpoolStats Stats() => new()
    {
        Depth = _lanes.Depth,
        Bytes = _writer.Bytes,
        OldestAge = _lanes.Oldest is { } second ? TimeSpan.FromSeconds(Math.Max(0, _writer.Clock.Seconds - second)) : TimeSpan.Zero,
        Appended = Interlocked.Read(ref _appended),
        Acknowledged = Interlocked.Read(ref _acknowledged),
        Lost = _losses.Counts(),
        Volatile = Interlocked.Read(ref _volatile),
        SyncP99Ms = _writer.Syncs.P99Ms,
        Fault = _writer.Fault,
        Boot = _writer.Boot,
    };

    /// <summary>Writes what waits, saves the cursor, and lets the folder go.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) { return; }
        _disposed = true;
        _inbox.Close();
        _stop = true;
        _wake.Set();
        if (_thread is { } thread) { await Task.Run(thread.Join).ConfigureAwait(false); }
        else { Close(); }
        await _timer.DisposeAsync().ConfigureAwait(false);
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
        // The writer's thread gives it up, so that its announcement is on disk before the cursor passes it.
        _lanes.Hold(picked.Entry.Sequence);
        lock (_rejectGate) { _rejected.Add((placeholder, reason, loss)); }
        _wake.Set();
        return null;
    }

    private void Report()
    {
        Log.Opened(_logger, _options.Folder, _writer.Boot, Recovery.Waiting);
        if (Recovery.TornBytes + Recovery.Damaged + Recovery.Missing + Recovery.DamagedCursors > 0)
        {
            Log.Healed(_logger, _options.Folder, Recovery.TornBytes, Recovery.Damaged, Recovery.Missing, Recovery.DamagedCursors);
        }
        foreach (var file in Recovery.Ignored) { Log.Ignored(_logger, file); }
    }
}
