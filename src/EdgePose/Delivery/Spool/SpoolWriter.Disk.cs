using EdgePose.Delivery.Spool.Format;
using Microsoft.Extensions.Logging;

namespace EdgePose.Delivery.Spool;

// The disk that comes and goes: faults, the way back, the lock, the cursor, dead letters.
internal sealed partial class SpoolWriter
{
    /// <summary>Takes over the lock that was taken before the folder was read.</summary>
    public void Own(IDisposable? folderLock, IOException? fault)
    {
        _lock = folderLock;
        if (fault is not null) { Refused(fault); }
        CountBytes();
    }

    /// <summary>False while it would be in vain.</summary>
    public bool CanSave => !HasFault && (_cursorFault.Length == 0 || _time.GetElapsedTime(_cursorFaultAt) >= _options.RetryInterval);

    /// <summary>
    /// Saves what some readers have done, then removes the segments that none needs. Frees their windows in any case: while the disk refuses,
    /// delivery goes on, and only then can a crash make more records than the window arrive twice.
    /// </summary>
    public void Save(IReadOnlyList<Backlog> due)
    {
        // What was given up may not be forgotten before its announcement is on disk.
        if (!CanSave)
        {
            foreach (var backlog in due)
            {
                backlog.Saved(backlog.Unsaved);
                backlog.MarkChanged();
            }
            return;
        }
        var hasForgotten = _cursors.FindForgotten();
        // Before files go, no cursor may need them any more, and none may name a reader that has none.
        if (hasForgotten || _doomed.Count > 0) { due = [.. _backlogs.All.Where(b => hasForgotten || b.IsDirty || due.Contains(b))]; }
        var isSaved = TrySave(() => _cursors.WriteNew(Stamp));
        foreach (var backlog in due)
        {
            var covers = 0;
            if (!TrySave(() => _cursors.Write(backlog, Stamp, out covers)))
            {
                isSaved = false;
                backlog.MarkChanged();
            }
            backlog.Saved(covers);
        }
        if (isSaved && TrySave(_cursors.DeleteForgotten))
        {
            if (_cursorFault.Length > 0) { Log.Mended(_logger); }
            _cursorFault = "";
            Remove(_cursors.Low);
        }
        CountBytes();
    }

    /// <summary>Stores a refused record for later reading; a disk that refuses too costs the copy, never the queue.</summary>
    public void Bury(string reader, SpoolRecord record, string reason)
    {
        if (!_deadLetters.TryGetValue(reader, out var letters))
        {
            _deadLetters[reader] = letters = new DeadLetters(_files, _options.Folder, reader, _spool, _options.DeadLetterBytes);
        }
        try { letters.Add(record, reason); }
        catch (IOException e) { Log.DeadLetterLost(_logger, record.Sequence, e.Message); }
    }

    private bool TrySave(Action save)
    {
        try
        {
            save();
            return true;
        }
        catch (IOException e)
        {
            if (_cursorFault.Length == 0) { Log.Refused(_logger, e.Message); }
            (_cursorFault, _cursorFaultAt) = (e.Message, _time.GetTimestamp());
            if (!_files.Exists(_options.Folder)) { Refused(e); }
            return false;
        }
    }

    private void Remove(long low)
    {
        // The last one stays even when it is done: it holds the numbering if all cursors should be lost.
        while (_segments.Count > 1 && _segments[0].Last < low)
        {
            _doomed.Add(_segments[0]);
            _segments.RemoveAt(0);
        }
        for (var i = _doomed.Count - 1; i >= 0; i--)
        {
            if (TryDelete(_doomed[i])) { _doomed.RemoveAt(i); }
        }
    }

    private bool TryDelete(Segment segment)
    {
        segment.Dispose();
        try
        {
            _files.Delete(segment.Path);
            return true;
        }
        catch (IOException e)
        {
            Log.CannotTidy(_logger, segment.Path, e.Message);
            return false;
        }
    }

    private void Refused(Exception e)
    {
        if (!HasFault)
        {
            Log.Refused(_logger, e.Message);
            _storedBeforeFault = _stored;
        }
        (_fault, _faultAt) = (e.Message, _time.GetTimestamp());
        foreach (var segment in _segments.Where(s => !_files.Exists(s.Path)).ToList())
        {
            if (_segments[^1] == segment) { Seal(); }
            _segments.Remove(segment);
            _canAppend = false;
            Announce(segment, LossReason.Missing);
            segment.Dispose();
        }
    }

    private void Mended()
    {
        if (HasFault) { Log.Mended(_logger); }
        _fault = "";
    }

    /// <summary>Records were stored that no cursor on disk knows.</summary>
    public bool IsAhead => _stored >= _cursors.SavedNext;

    /// <summary>Tries a disk that has refused, when it is time to.</summary>
    public void TryResume()
    {
        if (HasFault) { Store([]); }
    }

    /// <summary>Tries the disk again; what memory has kept is written first, so that the file keeps the order.</summary>
    private void Resume()
    {
        if (_blind) { throw new IOException($"{_options.Folder} could not be read at the start; mend it and restart"); }
        _files.CreateFolder(_options.Folder);
        Relock();
        _cursors.WriteNew(Stamp);
        var kept = _backlogs.MemoryRecords();
        var absent = new Ranges();
        for (var i = 0; i < kept.Count;) { i += WriteSome(kept, i, moved: true); }
        // Numbers that memory delivered or gave up meanwhile: the next start must not look for them.
        absent.Add(_storedBeforeFault + 1, _backlogs.Next - 1);
        foreach (var record in kept) { absent.Remove(record.Sequence, record.Sequence); }
        if (_file is null) { Probe(); }
        foreach (var (first, last) in absent.All) { _absent.Add(first, last); }
    }

    /// <summary>Where nothing had to be written, nothing has shown yet that writing works.</summary>
    private void Probe()
    {
        var probe = NewSegment(_backlogs.Next);
        try
        {
            Sync(_file!);
            _files.SyncFolder(_options.Folder);
        }
        catch
        {
            Abandon(probe);
            throw;
        }
    }

    private void Relock()
    {
        var path = Path.Combine(_options.Folder, SpoolLock.FileName);
        if (_lock is not null && _files.Exists(path)) { return; }
        _lock?.Dispose();
        _lock = SpoolLock.TryTake(_files, _options.Folder, out var holder)
            ?? throw new IOException($"{_options.Folder} is used by process {holder}");
    }
}
