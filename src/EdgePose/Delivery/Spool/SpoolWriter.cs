using System.Diagnostics.CodeAnalysis;
using EdgePose.Delivery.Spool.Format;
using EdgePose.Delivery.Spool.Storage;
using Microsoft.Extensions.Logging;

namespace EdgePose.Delivery.Spool;

/// <summary>
/// The side of the spool that writes: segments, cursors, limits. One thread uses it. A disk that refuses is a state, not an error: records
/// then stay in the memory of the <see cref="Backlogs"/>, and every <see cref="SpoolSettings.RetryInterval"/> the disk is tried again.
/// </summary>
internal sealed partial class SpoolWriter : IDisposable
{
    private readonly SpoolSettings _options;
    private readonly IFileSystem _files;
    private readonly TimeProvider _time;
    private readonly Backlogs _backlogs;
    private readonly Losses _losses;
    private readonly ILogger _logger;
    private readonly ReaderCursors _cursors;
    private readonly Dictionary<string, DeadLetters> _deadLetters = new(StringComparer.Ordinal);
    private readonly List<Segment> _segments;
    private readonly List<Segment> _doomed = [];
    private readonly List<byte[]> _skips = [];

    // As ranges, which merge: a disk that comes and goes again and again would pile up payloads.
    private readonly Ranges _absent = new();
    private readonly Guid _spool;
    private readonly uint _seed;
    private IDisposable? _lock;
    private IAppendFile? _file;
    private byte[] _buffer = new byte[64 << 10];
    private bool _canAppend, _blind;
    private long _number, _stored, _storedBeforeFault, _faultAt, _cursorFaultAt;
    private int _segmentBytes;
    private long _bytes;
    private string _fault = "", _cursorFault = "";

    /// <param name="options">Limits.</param>
    /// <param name="files">The disk.</param>
    /// <param name="recovered">What <see cref="Recovery"/> found there; null when the folder cannot even be read.</param>
    /// <param name="clock">Age clock.</param>
    /// <param name="time">For pauses.</param>
    /// <param name="backlogs">Receive what is stored.</param>
    /// <param name="losses">Receives what is given up.</param>
    /// <param name="logger">One line per change of the disk's state.</param>
    public SpoolWriter(
        SpoolSettings options, IFileSystem files, Recovered? recovered, SpoolClock clock, TimeProvider time, Backlogs backlogs, Losses losses, ILogger logger)
    {
        (_options, _files, _time, _backlogs, _losses, _logger, Clock) = (options, files, time, backlogs, losses, logger, clock);
        (_spool, Boot) = (recovered?.Spool ?? Guid.NewGuid(), recovered?.Boot ?? 0);
        _seed = SegmentHeader.Seed(_spool);
        _segments = recovered?.Segments ?? [];
        (_number, _canAppend, _blind) = (recovered?.NextNumber ?? 1, recovered?.CanAppend ?? false, recovered is null);
        _stored = (recovered?.NextSequence ?? 1) - 1;
        _segmentBytes = options.SegmentBytes;
        _cursors = new ReaderCursors(files, options.Folder, backlogs);
        if (recovered is null) { return; }
        foreach (var reader in recovered.Readers) { _cursors.Known(reader.Backlog, reader.Generation, reader.Low); }
        foreach (var reader in recovered.Forgotten) { _cursors.Forget(reader); }
        foreach (var (reader, loss) in recovered.Losses) { losses.Add(reader, loss); }
        _skips.AddRange(recovered.Accounted.ToPayloads());
    }

    public SpoolClock Clock { get; }
    public uint Boot { get; }
    public uint Seed => _seed;

    /// <summary>Why nothing can be written; empty while all is well. Any thread may read it.</summary>
    public string Fault => _fault.Length > 0 ? _fault : _cursorFault;
    public bool HasFault => _fault.Length > 0;
    public long Bytes => Interlocked.Read(ref _bytes);
    public SyncTimes Syncs { get; } = new();
    public bool HasSkips => _skips.Count > 0 || _absent.All.Any();

    /// <summary>The skip records that have to be appended.</summary>
    public List<byte[]> TakeSkips()
    {
        List<byte[]> all = [.. _skips, .. _absent.ToPayloads()];
        _skips.Clear();
        foreach (var (first, last) in _absent.All.ToList()) { _absent.Remove(first, last); }
        return all;
    }

    /// <summary>Stores records in their order and returns how many of them are safe on disk; the others are in memory.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The supervisor boundary of a batch: whatever is thrown, its records go to memory, and none of their numbers disappears.")]
    public int Store(IReadOnlyList<SpoolRecord> batch)
    {
        var stored = 0;
        if (!HasFault || _time.GetElapsedTime(_faultAt) >= _options.RetryInterval)
        {
            try
            {
                if (HasFault) { Resume(); }
                _cursors.WriteNew(Stamp);
                while (stored < batch.Count) { stored += WriteSome(batch, stored, moved: false); }
                Mended();
            }
            catch (Exception e)
            {
                Refused(e);
            }
        }
        for (var i = stored; i < batch.Count; i++) { Remember(batch[i]); }
        CountBytes();
        return stored;
    }

    private void Remember(SpoolRecord record)
    {
        if (record.Kind == RecordKind.Skip)
        {
            // Another one will say the same.
            _skips.Add(record.Payload.ToArray());
            return;
        }
        foreach (var backlog in _backlogs.All)
        {
            foreach (var lost in backlog.AddMemory(record)) { AnnounceMemory(backlog.Reader, lost); }
        }
    }

    /// <summary>Writes as many records as the segment takes, at least one, syncs them, and hands them to the backlogs.</summary>
    private int WriteSome(IReadOnlyList<SpoolRecord> records, int from, bool moved)
    {
        while (true)
        {
            try { return WriteOnce(records, from, moved); }
            catch (IOException e) when (Errno.IsNoSpace(e) && GiveUpOldest(LossReason.DiskFull))
            {
                // There is room for one segment more.
                continue;
            }
        }
    }

    private int WriteOnce(IReadOnlyList<SpoolRecord> records, int from, bool moved)
    {
        var (segment, isNew) = Active(records[from]);
        var count = 0;
        var length = 0;
        try
        {
            for (; from + count < records.Count; count++)
            {
                var size = records[from + count].Header.TotalLength;
                if (count > 0 && segment.Length + length + size > _segmentBytes) { break; }
                if (_buffer.Length < length + size) { Array.Resize(ref _buffer, Math.Max(length + size, 2 * _buffer.Length)); }
                length += RecordFormat.Write(_buffer.AsSpan(length), records[from + count].Header, records[from + count].Payload.Span, _seed);
            }
            _file!.Write(_buffer.AsSpan(0, length));
            Sync(_file);
            if (isNew) { _files.SyncFolder(_options.Folder); }
            // Writing to a file that somebody has removed succeeds and saves nothing.
            if (!_files.Exists(segment.Path)) { throw new IOException($"{segment.Path} has been removed") { HResult = Errno.NoEntry }; }
        }
        catch
        {
            Abandon(segment);
            throw;
        }
        for (var i = 0; i < count; i++) { Deliver(records[from + i], segment, moved); }
        return count;
    }

    private void Deliver(SpoolRecord record, Segment segment, bool moved)
    {
        var entry = new Entry(record.Sequence, segment, (int)segment.Length, record.Second);
        segment.Length += record.Header.TotalLength;
        if (record.Kind == RecordKind.Skip) { return; }
        segment.Last = _stored = record.Sequence;
        if (moved) { _backlogs.MoveToDisk(entry); }
        else { _backlogs.Add(record.Stream, entry, record.Kind); }
    }

    private void Sync(IAppendFile file)
    {
        var start = _time.GetTimestamp();
        file.Sync();
        Syncs.Add(_time.GetElapsedTime(start));
    }

    /// <summary>The segment that the record goes to, open for writing.</summary>
    private (Segment Segment, bool IsNew) Active(SpoolRecord first)
    {
        if (_file is not null && _segments[^1].Length + first.Header.TotalLength > _segmentBytes) { Seal(); }
        if (_file is not null) { return (_segments[^1], false); }
        if (_canAppend && _segments is [.., var last] && last.Length + first.Header.TotalLength <= _segmentBytes)
        {
            _canAppend = false;
            _file = _files.OpenAppend(last.Path, last.Length);
            return (last, false);
        }
        _canAppend = false;
        // The cursors follow, so that a segment that disappears later is missed.
        _backlogs.MarkChanged();
        return (NewSegment(first.Kind == RecordKind.Skip ? first.Sequence + 1 : first.Sequence), true);
    }

    private Segment NewSegment(long first)
    {
        _segmentBytes = _options.SegmentBytesFor(_files.FreeSpace(_options.Folder) + Bytes);
        var header = new SegmentHeader(_spool, _number++, first);
        var segment = new Segment(_files, Path.Combine(_options.Folder, SegmentHeader.FileName(header.Number)), header.Number, first) { Length = SegmentHeader.Bytes };
        _file = _files.Create(segment.Path);
        _segments.Add(segment);
        try
        {
            header.Write(_buffer);
            _file.Write(_buffer.AsSpan(0, SegmentHeader.Bytes));
        }
        catch
        {
            Abandon(segment);
            throw;
        }
        return segment;
    }

    private void Seal()
    {
        _file?.Dispose();
        _file = null;
    }

    /// <summary>
    /// After a failed write or sync nobody knows what of it is on disk, and a second sync would lie (the kernel reports an error once):
    /// the segment ends where the last good sync ended, and what comes goes into a new one, which counts where both have a record.
    /// </summary>
    private void Abandon(Segment segment)
    {
        try
        {
            _file?.Truncate(segment.Length);
            Seal();
            if (segment.Length > SegmentHeader.Bytes) { return; }
            _files.Delete(segment.Path);
        }
        catch (IOException e)
        {
            Log.CannotTidy(_logger, segment.Path, e.Message);
        }
        finally
        {
            Seal();
            if (segment.Length <= SegmentHeader.Bytes)
            {
                _segments.Remove(segment);
                segment.Dispose();
            }
        }
    }

    private CursorStamp Stamp => new(_spool, Boot, _stored, Clock.Read());

    private void CountBytes() => Interlocked.Exchange(ref _bytes, _segments.Sum(s => s.Length) + _doomed.Sum(s => s.Length));

    public void Dispose()
    {
        Seal();
        foreach (var letters in _deadLetters.Values) { letters.Dispose(); }
        foreach (var segment in _segments) { segment.Dispose(); }
        _lock?.Dispose();
    }
}
