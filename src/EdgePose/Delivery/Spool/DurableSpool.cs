using System.Text;
using EdgePose.Delivery.Spool.Format;
using EdgePose.Delivery.Spool.Storage;
using EdgePose.Domain;
using EdgePose.Loops;
using Microsoft.Extensions.Logging;

namespace EdgePose.Delivery.Spool;

/// <summary>
/// The durable queue between events and sinks. What <see cref="Append{T}"/> has reported as <see cref="AppendOutcome.Durable"/> leaves the
/// queue of each reader only by <see cref="SpoolReader.Ack"/> or named in a gap record, across crashes and power cuts. Records of one stream
/// come out in their order; streams take turns. At most <see cref="SpoolSettings.Window"/> records of a reader are out or acknowledged without
/// its cursor on disk saying so: these are the ones that can come a second time after a crash. A segment goes when all readers have passed
/// it, or when a limit takes the oldest. No method blocks on the disk except <see cref="DisposeAsync"/>; all may be called from any thread.
/// </summary>
internal sealed partial class DurableSpool : IAsyncDisposable
{
    private readonly SpoolSettings _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SpoolWriter _writer;
    private readonly Backlogs _backlogs;
    private readonly Losses _losses;
    private readonly Inbox _inbox;
    private readonly Lock _readersGate = new();
    private readonly ManualResetEventSlim _wake = new(true);
    private readonly ITimer _timer;
    private SpoolReader[] _readers;
    private SupervisedLoop? _loop;
    private long _appended, _volatile, _refused;
    private long _lastStore, _lastSave, _announcedAt, _refusedAt;
    private bool _disposed;

    private DurableSpool(SpoolSettings options, SpoolWriter writer, Recovered? recovered, Backlogs backlogs, Losses losses, TimeProvider time, ILogger logger)
    {
        (_options, _writer, _backlogs, _losses, _time, _logger) = (options, writer, backlogs, losses, time, logger);
        _inbox = new Inbox(
            options.QueueRecords, options.QueueBytes, options.MaxPayload, writer.Boot, recovered?.NextSequence ?? 1, () => writer.Clock.Stamp);
        Supervision = new Supervision("spool", time, logger);
        Recovery = recovered?.Report ?? new RecoveryReport();
        _refusedAt = time.GetTimestamp();
        _lastStore = _lastSave = _announcedAt = _refusedAt - time.TimestampFrequency;
        _readers = [.. backlogs.All.Select(ReaderOf)];
        // The number of this run goes to disk first of all.
        backlogs.MarkChanged();
        _timer = time.CreateTimer(static self => ((DurableSpool)self!)._wake.Set(), this, options.RetryInterval, options.RetryInterval);
    }

    /// <summary>The loop of its thread.</summary>
    public Supervision Supervision { get; }

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

    /// <summary>As <see cref="Open"/> on any disk, without the thread: whoever calls <see cref="RunOnce"/> does its work.</summary>
    internal static DurableSpool Create(SpoolSettings options, IFileSystem files, TimeProvider time, Func<bool> clockIsSynced, ILogger logger)
    {
        if (options.Readers.Count == 0) { throw new ArgumentException("somebody has to read", nameof(options)); }
        IDisposable? folderLock = null;
        IOException? fault = null;
        try
        {
            files.CreateFolder(options.Folder);
            folderLock = SpoolLock.TryTake(files, options.Folder, out var holder)
                ?? throw new UserError(ExitCode.Failed, $"the spool {options.Folder} is in use by process {holder}", "stop that one, or set another spool.folder");
        }
        catch (IOException e) { fault = e; }
        var (backlogs, losses) = (new Backlogs(), new Losses());
        Recovered? recovered = null;
        try { recovered = new Recovery(files, options, backlogs).Run(); }
        catch (IOException e) { fault ??= e; }
        // A folder that cannot be read has no cursors for anybody.
        foreach (var name in options.Readers.Where(r => backlogs.All.All(b => b.Reader != r))) { backlogs.Join(new Backlog(name, options)); }
        var clock = new SpoolClock(time, options.KernelBoot, clockIsSynced, recovered?.Clock, recovered?.NewestSecond ?? 0);
        var writer = new SpoolWriter(options, files, recovered, clock, time, backlogs, losses, logger);
        writer.Own(folderLock, fault);
        // Before anybody can take what is too old.
        writer.Retain(0);
        var spool = new DurableSpool(options, writer, recovered, backlogs, losses, time, logger);
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
            _losses.Add(Losses.Everyone, new GapNotice(stream, refused == AppendOutcome.QueueFull ? LossReason.QueueFull : LossReason.TooLarge, 0, 0, 1, now, now));
        }
        return new AppendTicket(0, Task.FromResult(refused));
    }

    /// <summary>
    /// The spool as a sink of this name reads it. A name that is not yet among the readers joins them and begins with the records that are
    /// accepted from now on.
    /// </summary>
    public SpoolReader Reader(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        lock (_readersGate)
        {
            if (_readers.FirstOrDefault(r => r.Name == name) is { } known) { return known; }
            // Inside the lock of numbering: no record may come between the number and the joining.
            var reader = ReaderOf(_inbox.WithNext(next =>
            {
                var backlog = new Backlog(name, _options, next);
                backlog.Reached(_backlogs.Next);
                _backlogs.Join(backlog);
                return backlog;
            }));
            Volatile.Write(ref _readers, [.. _readers, reader]);
            _backlogs.MarkChanged();
            _wake.Set();
            return reader;
        }
    }

    /// <summary>Says who reads: the names that are new join, and who is not among them is forgotten and holds up no segment any more.</summary>
    public void SetReaders(IReadOnlyCollection<string> names)
    {
        if (names.Count == 0) { throw new ArgumentException("somebody has to read", nameof(names)); }
        foreach (var name in names) { Reader(name); }
        lock (_readersGate)
        {
            foreach (var gone in _readers.Where(r => !names.Contains(r.Name)).ToList())
            {
                Volatile.Write(ref _readers, [.. _readers.Where(r => r != gone)]);
                _backlogs.Leave(gone.Backlog);
                Log.Forgotten(_logger, gone.Name);
            }
        }
        _backlogs.MarkChanged();
        _wake.Set();
    }

    public SpoolStats Stats() => new()
    {
        Readers = Volatile.Read(ref _readers).ToDictionary(r => r.Name, r => r.Stats()),
        Bytes = _writer.Bytes,
        Appended = Interlocked.Read(ref _appended),
        Volatile = Interlocked.Read(ref _volatile),
        SyncP99Ms = _writer.Syncs.P99Ms,
        Fault = _writer.Fault,
        Boot = _writer.Boot,
    };

    /// <summary>Writes what waits, saves the cursors, and lets the folder go.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) { return; }
        _disposed = true;
        _inbox.Close();
        if (_loop is { } loop)
        {
            loop.Cancel();
            await loop.Completion.ConfigureAwait(false);
            loop.Dispose();
            await Task.Run(() => Supervision.Guard("the last round", Close)).ConfigureAwait(false);
        }
        else { Close(); }
        await _timer.DisposeAsync().ConfigureAwait(false);
    }

    private SpoolReader ReaderOf(Backlog backlog) => new(backlog, _writer, _losses, _wake.Set, _logger);

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
