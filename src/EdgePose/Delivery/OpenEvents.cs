using EdgePose.Delivery.Memory;
using EdgePose.Delivery.Spool;
using EdgePose.Domain;
using EdgePose.Loops;
using Microsoft.Extensions.Logging;

namespace EdgePose.Delivery;

/// <summary>
/// Which events are open, remembered over the end of the process, so that the next start can end what nobody else will. It reads the spool
/// as a sink does, and lets go of a record only when its own file says what the record said: so no crash can come between an event and the
/// memory of it, whichever of the two the disk saw last.
/// </summary>
internal sealed partial class OpenEvents : IAsyncDisposable
{
    /// <summary>Its name among the readers of the spool.</summary>
    public const string Reader = "open";

    /// <summary>Why an event ended that was open when the process ended.</summary>
    public const string Restart = "restart";

    /// <summary>Open events beyond this are not remembered; the oldest give way.</summary>
    public const int Most = 4096;

    private const int Batch = 32;

    /// <summary>Time for a burst to share a write; and for what an earlier run left behind, before the start goes on without.</summary>
    private static readonly TimeSpan Lull = TimeSpan.FromMilliseconds(100), CatchUpLimit = TimeSpan.FromSeconds(10), Poll = TimeSpan.FromMilliseconds(5);

    private readonly DurableSpool _spool;
    private readonly SpoolReader _reader;
    private readonly TwinFile _file;
    private readonly TimeProvider _time;
    private readonly Func<bool> _clockIsSynced;
    private readonly ILogger _logger;
    private readonly uint _boot;
    private readonly OpenEventSet _open;
    private readonly WakeUp _wake = new();
    private readonly SupervisedLoop _loop;
    private readonly TaskCompletionSource _caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _hasEndedFormer, _hasRefused;
    private volatile bool _isStopping;

    /// <param name="spool">Where events pass; not owned.</param>
    /// <param name="file">Where the memory is kept.</param>
    /// <param name="time">Stamps and pauses.</param>
    /// <param name="clockIsSynced">Whether the wall clock can be trusted.</param>
    /// <param name="logger">Damage, and what was ended.</param>
    public OpenEvents(DurableSpool spool, TwinFile file, TimeProvider time, Func<bool> clockIsSynced, ILogger<OpenEvents> logger)
    {
        (_spool, _file, _time, _clockIsSynced, _logger) = (spool, file, time, clockIsSynced, logger);
        (_reader, _boot) = (spool.Reader(Reader), spool.Stats().Boot);
        var (document, damaged) = file.Read();
        _open = OpenEventSet.Read(document, Most, out var isWhole);
        if (damaged > 0 || !isWhole) { LogDamaged(Math.Max(1, damaged)); }
        _loop = new SupervisedLoop("remembering open events", RunAsync, new Supervision(Reader, time, logger), time);
    }

    /// <summary>Events that are open by what has been read.</summary>
    public int Count => _open.Count;

    /// <summary>Reads what an earlier run left, ends what it left open, and goes on reading.</summary>
    public async Task StartAsync(CancellationToken stop)
    {
        _reader.Available += _wake.Signal;
        _wake.Signal();
        _loop.Start();
        try { await _caughtUp.Task.WaitAsync(CatchUpLimit, _time, stop).ConfigureAwait(false); }
        catch (TimeoutException)
        {
            // A disk that does not come along; the loop ends them when it does.
            LogSlow();
        }
    }

    private async Task RunAsync(CancellationToken stop)
    {
        // What a defect left in hand.
        _reader.ReturnAll();
        while (true)
        {
            RunOnce(stop);
            // What is out of the window comes back when the spool has written its cursor, which says so only to those who wait for more.
            if (_hasEndedFormer) { await _wake.WaitAsync(stop).ConfigureAwait(false); }
            await Task.Delay(_hasEndedFormer && !_isStopping ? Lull : Poll, _time, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Reads what is there, and when that is all that an earlier run left, ends what it left open.</summary>
    internal void RunOnce(CancellationToken stop = default)
    {
        while (TakeSome()) { stop.ThrowIfCancellationRequested(); }
        if (!_hasEndedFormer && _reader.Depth == 0) { EndFormer(); }
    }

    /// <summary>Reads a batch; false when nothing was there.</summary>
    private bool TakeSome()
    {
        var records = _reader.Take(Batch);
        if (records.Count == 0) { return false; }
        var isChanged = false;
        foreach (var record in records)
        {
            if (EventRecord.TryRead(record.Payload) is { } read && record.Kind != Spool.Format.RecordKind.Gap) { isChanged |= _open.Take(read.Event, record.Boot); }
        }
        if (isChanged) { Save(); }
        foreach (var record in records) { _reader.Ack(record.Sequence); }
        return true;
    }

    private void Save()
    {
        try
        {
            _file.Write(_open.Write());
            _hasRefused = false;
        }
        catch (IOException e)
        {
            // The spool needs its place back, and the next change tries again.
            if (!_hasRefused) { LogRefused(e.Message); }
            _hasRefused = true;
        }
    }

    /// <summary>The ends come back through the spool, and only then are these events forgotten: a crash before that ends them again, under numbers that were never used.</summary>
    private void EndFormer()
    {
        var former = _open.Before(_boot);
        _hasEndedFormer = true;
        foreach (var e in former)
        {
            var (now, isSynced) = (_time.GetUtcNow(), _clockIsSynced());
            var end = e with
            {
                Type = e.Type.EndName == e.Type.Name ? e.Type : new EventType(e.Type.EndName),
                Phase = EventPhase.End,
                Reason = Restart,
                Time = now,
                Microseconds = 0,
                Duration = now > e.Time ? e.Duration + (now - e.Time) : e.Duration,
            };
            _spool.Append(end.Stream, end.Time, new EventRecord(end, null, isSynced).Write());
        }
        if (former.Count > 0) { LogEnded(former.Count); }
        _caughtUp.TrySetResult();
    }

    /// <summary>Reads what the stop has raised, for a moment; the rest is read at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        var began = _time.GetTimestamp();
        while (_hasEndedFormer && _reader.Depth > 0 && _time.GetElapsedTime(began) < Lull * 5) { await Task.Delay(Poll, _time).ConfigureAwait(false); }
        _reader.Available -= _wake.Signal;
        _loop.Cancel();
        await _loop.Completion.ConfigureAwait(false);
        _loop.Dispose();
    }

    [LoggerMessage(463, LogLevel.Warning, "the memory of open events: {Count} damaged files are left out")]
    private partial void LogDamaged(int count);

    [LoggerMessage(464, LogLevel.Warning, "the memory of open events cannot be written, a crash now would leave them open: {Reason}")]
    private partial void LogRefused(string reason);

    [LoggerMessage(465, LogLevel.Information, "{Count} events were open when the daemon ended; they end now")]
    private partial void LogEnded(int count);

    [LoggerMessage(466, LogLevel.Warning, "the spool has not come up with what an earlier run left; events that it left open end later")]
    private partial void LogSlow();
}
