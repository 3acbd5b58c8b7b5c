using EdgePose.Delivery.Spool.Format;

namespace EdgePose.Delivery.Spool;

// The spool's own thread: a disk that hangs for seconds must hold up nobody else.
internal sealed partial class DurableSpool
{
    private static readonly TimeSpan RefusalReport = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// While nothing is acknowledged, the cursor says this often how far the numbers have come: a last segment that disappears as a whole
    /// is missed from there on.
    /// </summary>
    private static readonly TimeSpan KeepUp = TimeSpan.FromSeconds(10);

    internal void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "spool" };
        _thread.Start();
    }

    private void Run()
    {
        for (var last = false; !last;)
        {
            _wake.Wait();
            _wake.Reset();
            last = _stop;
            try
            {
                if (last) { Close(); }
                else if (Turn() is { } pause) { _timer.Change(pause, _options.RetryInterval); }
            }
#pragma warning disable CA1031 // the supervisor boundary of this thread: a defect costs one turn, not the queue
            catch (Exception e)
            {
                Log.Defect(_logger, e);
            }
#pragma warning restore CA1031
        }
    }

    /// <summary>
    /// One round of the writer: give up what must go, store what has come, save what is done. Announcements are stored before the cursor
    /// that makes them true. Returns the time until the rest of a burst is due; null when nothing is left.
    /// </summary>
    internal TimeSpan? Turn(bool hurry = false)
    {
        var news = BuryRejected();
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
            news = true;
        }
        // Announcements that are not on disk yet hold back the cursor.
        if (pause == TimeSpan.Zero && _losses.HasNumbered && !_writer.HasFault) { pause = _options.GroupInterval; }
        if (pause == TimeSpan.Zero) { pause = Save(hurry, ref news); }
        ReportRefusals();
        if (news) { Available?.Invoke(); }
        return pause == TimeSpan.Zero ? null : pause < ShortestPause ? ShortestPause : pause;
    }

    private TimeSpan Save(bool hurry, ref bool news)
    {
        var unsaved = _lanes.Unsaved;
        if (_writer.IsAhead && _time.GetElapsedTime(_lastSave) > KeepUp) { _lanes.MarkChanged(); }
        if (_writer.CanSave ? !_lanes.IsDirty : unsaved == 0) { return TimeSpan.Zero; }
        if (!hurry && unsaved < _options.Window / 2 && Rest(_lastSave) is { Ticks: > 0 } rest) { return rest; }
        _writer.Save();
        _lastSave = _time.GetTimestamp();
        news |= unsaved > 0;
        return TimeSpan.Zero;
    }

    private TimeSpan Rest(long since) => _options.GroupInterval - _time.GetElapsedTime(since);

    private void Close()
    {
        try
        {
            _lanes.MarkChanged();
            Turn(hurry: true);
            if (!_inbox.IsEmpty || _losses.HasPending) { Turn(hurry: true); }
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
            // A defect: nobody may wait for ever.
            foreach (var (_, ticket) in batch) { ticket?.TrySetResult(AppendOutcome.Closed); }
            throw;
        }
        _lastStore = _time.GetTimestamp();
        for (var i = 0; i < batch.Count; i++)
        {
            if (i >= stored && batch[i].Record.Kind == RecordKind.Event) { Interlocked.Increment(ref _volatile); }
            batch[i].Ticket?.SetResult(i < stored ? AppendOutcome.Durable : AppendOutcome.Volatile);
        }
    }

    private bool BuryRejected()
    {
        List<(SpoolRecord Record, string Reason, LossReason Loss)> rejected;
        lock (_rejectGate)
        {
            rejected = [.. _rejected];
            _rejected.Clear();
        }
        foreach (var (record, reason, loss) in rejected)
        {
            if (loss == LossReason.Rejected) { _writer.Bury(record, reason); }
            if (!_lanes.Ack(record.Sequence) || record.Kind == RecordKind.Gap) { continue; }
            var created = record.Created.ToUnixTimeMilliseconds() is > 0 and var ms ? ms : _writer.Clock.WallOf(record.Second);
            _losses.Add(new GapNotice(record.Stream, loss, record.Sequence, record.Sequence, 1, created, created));
        }
        return rejected.Count > 0;
    }

    /// <summary>Announcements become records like any other; while the disk is away they wait, unless memory has room.</summary>
    private void AddOwnRecords(bool hurry)
    {
        var now = _time.GetUtcNow();
        if (_losses.HasPending && (!_writer.HasFault || _lanes.HasMemory))
        {
            // Refusals have no number that could be lost; one notice a second is enough for them.
            var all = hurry || _time.GetElapsedTime(_announcedAt) >= _options.RetryInterval;
            if (all) { _announcedAt = _time.GetTimestamp(); }
            foreach (var gap in _losses.Take(all)) { _inbox.AddOwn(gap.Stream, RecordKind.Gap, now, gap.ToPayload()); }
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
