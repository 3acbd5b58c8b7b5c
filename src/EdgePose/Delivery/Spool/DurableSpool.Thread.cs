using EdgePose.Delivery.Spool.Format;
using EdgePose.Loops;

namespace EdgePose.Delivery.Spool;

// The spool's own thread: a disk that hangs for seconds must hold up nobody else.
internal sealed partial class DurableSpool
{
    private static readonly TimeSpan RefusalReport = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// While nothing is acknowledged, the cursors say this often how far the numbers have come: a last segment that disappears as a whole
    /// is missed from there on.
    /// </summary>
    private static readonly TimeSpan KeepUp = TimeSpan.FromSeconds(10);

    internal void Start()
    {
        _loop = SupervisedLoop.OnThread("writing", Run, Supervision, _time, "spool", isVital: true);
        _loop.Start();
    }

    // A defect costs one round, not the queue: the loop comes back here.
    private void Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            _wake.Wait(stop);
            _wake.Reset();
            if (RunOnce() is { } pause) { _timer.Change(pause, _options.RetryInterval); }
        }
    }

    /// <summary>
    /// One round of the writer: give up what must go, store what has come, save what is done. Announcements are stored before the cursors
    /// that make them true. Returns the time until the rest of a burst is due; null when nothing is left.
    /// </summary>
    internal TimeSpan? RunOnce(bool hurry = false)
    {
        var readers = Volatile.Read(ref _readers);
        foreach (var reader in readers) { reader.Bury(); }
        _writer.Retain(_inbox.Bytes);
        AddOwnRecords(hurry);
        var pause = TimeSpan.Zero;
        if (_inbox.IsEmpty) { _writer.TryResume(); }
        else if (!hurry && Rest(_lastStore) is { Ticks: > 0 } rest) { pause = rest; }
        else
        {
            StoreInbox();
            // Making room on a full disk may have cost events just now.
            if (_losses.HasNumbered && !_writer.HasFault)
            {
                AddOwnRecords(hurry);
                StoreInbox();
            }
            foreach (var reader in readers) { reader.HasNews = true; }
        }
        // Announcements that are not on disk yet hold back the cursors.
        if (pause == TimeSpan.Zero && _losses.HasNumbered && !_writer.HasFault) { pause = _options.GroupInterval; }
        if (pause == TimeSpan.Zero) { pause = Save(readers, hurry); }
        ReportRefusals();
        foreach (var reader in readers) { reader.Notify(); }
        return pause == TimeSpan.Zero ? null : pause < ShortestPause ? ShortestPause : pause;
    }

    /// <summary>Saves the cursors that are due, and returns the time until the next one is; zero when none is left.</summary>
    private TimeSpan Save(SpoolReader[] readers, bool hurry)
    {
        if (_writer.IsAhead && _time.GetElapsedTime(_lastSave) > KeepUp) { _backlogs.MarkChanged(); }
        var (due, pause) = (new List<Backlog>(), TimeSpan.Zero);
        foreach (var reader in readers)
        {
            var unsaved = reader.Backlog.Unsaved;
            if (_writer.CanSave ? !reader.Backlog.IsDirty : unsaved == 0) { continue; }
            if (!hurry && unsaved < _options.Window / 2 && Rest(reader.SavedAt) is { Ticks: > 0 } rest)
            {
                pause = pause == TimeSpan.Zero || rest < pause ? rest : pause;
                continue;
            }
            due.Add(reader.Backlog);
            reader.SavedAt = _time.GetTimestamp();
            reader.HasNews |= unsaved > 0;
        }
        if (due.Count == 0) { return pause; }
        _writer.Save(due);
        _lastSave = _time.GetTimestamp();
        return pause;
    }

    private TimeSpan Rest(long since) => _options.GroupInterval - _time.GetElapsedTime(since);

    private void Close()
    {
        try
        {
            _backlogs.MarkChanged();
            RunOnce(hurry: true);
            if (!_inbox.IsEmpty || _losses.HasPending) { RunOnce(hurry: true); }
        }
        finally { _writer.Dispose(); }
    }

    private void StoreInbox()
    {
        var batch = _inbox.TakeAll();
        var stored = 0;
        try { stored = _writer.Store([.. batch.Select(w => w.Record)]); }
        catch
        {
            // A defect: nobody may wait for ever, and every number that was given out has to be named.
            foreach (var (record, ticket) in batch)
            {
                ticket?.TrySetResult(AppendOutcome.Closed);
                var created = record.Created.ToUnixTimeMilliseconds();
                var events = record.Kind == RecordKind.Event ? 1 : 0;
                _losses.Add(Losses.Everyone, new GapNotice(record.Stream, LossReason.Missing, record.Sequence, record.Sequence, events, created, created));
            }
            throw;
        }
        _lastStore = _time.GetTimestamp();
        for (var i = 0; i < batch.Count; i++)
        {
            if (i >= stored && batch[i].Record.Kind == RecordKind.Event) { Interlocked.Increment(ref _volatile); }
            batch[i].Ticket?.SetResult(i < stored ? AppendOutcome.Durable : AppendOutcome.Volatile);
        }
    }

    /// <summary>Announcements become records like any other; while the disk is away they wait, unless memory has room.</summary>
    private void AddOwnRecords(bool hurry)
    {
        var now = _time.GetUtcNow();
        if (_losses.HasPending && (!_writer.HasFault || _backlogs.HasMemory))
        {
            // Refusals have no number that could be lost; one notice a second is enough for them.
            var all = hurry || _time.GetElapsedTime(_announcedAt) >= _options.RetryInterval;
            if (all) { _announcedAt = _time.GetTimestamp(); }
            string[] readers = [.. _backlogs.All.Select(b => b.Reader)];
            foreach (var gap in _losses.Take(readers, all)) { _inbox.AddOwn(gap.Stream, RecordKind.Gap, now, gap.Payload); }
        }
        if (!_writer.HasSkips || _writer.HasFault) { return; }
        foreach (var skip in _writer.TakeSkips()) { _inbox.AddOwn("", RecordKind.Skip, now, skip); }
    }

    private void ReportRefusals()
    {
        if (_time.GetElapsedTime(_refusedAt) < RefusalReport) { return; }
        _refusedAt = _time.GetTimestamp();
        if (Interlocked.Exchange(ref _refused, 0) is > 0 and var refused)
        {
            Log.NotAccepted(_logger, refused, (int)RefusalReport.TotalSeconds, LossReason.QueueFull);
        }
    }
}
