using EdgePose.Delivery.Spool.Format;
using EdgePose.Delivery.Spool.Storage;

namespace EdgePose.Delivery.Spool;

/// <summary>
/// Reads a folder after whatever happened to it and fills the backlogs with what waits. Whatever the bytes are, it ends with a state in which
/// every sequence from each cursor on is either present, done, or announced as lost. It changes nothing on disk except that it removes
/// temporary files and empty beginnings of segments; the torn end is cut when writing goes on there.
/// </summary>
internal sealed class Recovery(IFileSystem files, SpoolSettings options, Backlogs backlogs)
{
    private readonly string _folder = options.Folder;
    private readonly RecoveryReport _report = new();
    private readonly List<(string Reader, GapNotice Loss)> _losses = [];
    private readonly Ranges _holes = new(), _damagedHoles = new(), _skips = new(), _accounted = new();
    private readonly List<Segment> _segments = [];
    private IReadOnlyList<RecoveredReader> _readers = [];
    private long _low, _previous, _highestNumber;
    private uint _boot, _second, _seed;
    private TailState _tail;
    private bool _canAppend;

    private sealed record Found(string Path, long Length, SegmentHeader Header, bool HeaderIsIntact);

    /// <exception cref="IOException">The folder cannot be read.</exception>
    public Recovered Run()
    {
        var entries = files.List(_folder);
        RemoveTemporary(entries);
        var cursors = RecoveredCursors.Read(files, options, entries);
        _report.DamagedCursors = cursors.Damaged;
        var found = entries.Where(e => SegmentHeader.NumberOf(e.Name) is not null).Select(ReadHeader).OfType<Found>().ToList();
        var spool = IdOf(cursors.All, found);
        _seed = SegmentHeader.Seed(spool);
        var ours = Ours(found, spool);
        cursors = cursors.Of(spool);
        _readers = cursors.Readers(backlogs, ours.Count > 0 ? ours[0].Header.First : 1);
        _boot = cursors.Boot;
        _low = _readers.Select(r => r.Low).DefaultIfEmpty(cursors.Next).Min();
        _previous = _low - 1;
        for (var i = 0; i < ours.Count; i++) { Load(ours[i], i + 1 < ours.Count ? ours[i + 1].Header.First : long.MaxValue); }
        var next = Finish(cursors.Next);
        backlogs.Reached(next);
        foreach (var name in options.Readers.Where(r => backlogs.All.All(b => b.Reader != r)))
        {
            var backlog = new Backlog(name, options, next);
            backlog.Reached(next);
            backlogs.Join(backlog);
        }
        return new Recovered
        {
            Spool = spool, Boot = _boot + 1, NextSequence = next, NextNumber = _highestNumber + 1, Segments = _segments, CanAppend = _canAppend,
            Clock = cursors.Clock, NewestSecond = _second, Readers = _readers, Forgotten = cursors.Forgotten, Losses = _losses, Accounted = _accounted,
            Report = _report,
        };
    }

    private void RemoveTemporary(IReadOnlyList<FileEntry> entries)
    {
        foreach (var entry in entries.Where(e => e.Name.EndsWith(".tmp", StringComparison.Ordinal)))
        {
            try { files.Delete(Path.Combine(_folder, entry.Name)); }
            catch (IOException e) { _report.Ignored.Add($"{entry.Name}: {e.Message}"); }
        }
    }

    private Found? ReadHeader(FileEntry entry)
    {
        var path = Path.Combine(_folder, entry.Name);
        _highestNumber = Math.Max(_highestNumber, SegmentHeader.NumberOf(entry.Name)!.Value);
        try
        {
            using var file = files.OpenRead(path);
            var bytes = new byte[SegmentHeader.Bytes];
            var length = file.Read(0, bytes);
            if (SegmentHeader.TryRead(bytes.AsSpan(0, length), out var header))
            {
                _highestNumber = Math.Max(_highestNumber, header.Number);
                return new Found(path, file.Length, header, true);
            }
            return new Found(path, file.Length, new SegmentHeader(Guid.Empty, SegmentHeader.NumberOf(entry.Name)!.Value, 0), false);
        }
        catch (IOException e)
        {
            _report.Ignored.Add($"{entry.Name}: {e.Message}");
            return null;
        }
    }

    // Whose folder it is: what most files say, and where they disagree evenly, the newest cursor.
    private static Guid IdOf(IReadOnlyList<Cursor> cursors, List<Found> found)
    {
        var votes = cursors.Select(c => c.Spool).Concat(found.Where(f => f.HeaderIsIntact).Select(f => f.Header.Spool)).ToList();
        return votes.Count == 0 ? Guid.NewGuid() : votes.GroupBy(v => v).OrderByDescending(g => g.Count()).First().Key;
    }

    /// <summary>Our segments in the order of their sequences. The others are named and left alone.</summary>
    private List<Found> Ours(List<Found> found, Guid spool)
    {
        var ours = new List<Found>();
        foreach (var file in found)
        {
            var name = Path.GetFileName(file.Path);
            if (file.HeaderIsIntact && file.Header.Spool != spool) { _report.Ignored.Add($"{name}: belongs to another spool"); }
            else if (file.HeaderIsIntact) { ours.Add(file); }
            else if (Salvage(file) is { } salvaged) { ours.Add(salvaged); }
        }
        var ordered = new List<Found>();
        foreach (var same in ours.GroupBy(f => (f.Header.First, f.Header.Number)).OrderBy(g => g.Key.First).ThenBy(g => g.Key.Number))
        {
            // The name breaks the tie between a segment and its copy.
            var best = same.OrderByDescending(f => Path.GetFileName(f.Path) == SegmentHeader.FileName(f.Header.Number)).ThenByDescending(f => f.Length).First();
            ordered.Add(best);
            foreach (var copy in same.Where(f => f != best)) { _report.Ignored.Add($"{Path.GetFileName(copy.Path)}: copy of segment {copy.Header.Number}"); }
            if (best.HeaderIsIntact && Path.GetFileName(best.Path) != SegmentHeader.FileName(best.Header.Number))
            {
                _report.Ignored.Add($"{Path.GetFileName(best.Path)}: the name is wrong, it is segment {best.Header.Number}, and it is used as such");
            }
        }
        return ordered;
    }

    // A damaged header does not cost the records: their checksums say whose they are.
    private Found? Salvage(Found file)
    {
        var name = Path.GetFileName(file.Path);
        if (ReadAll(file) is not { } bytes) { return null; }
        var first = SegmentScan.Of(bytes, _seed).Records;
        if (first.Count > 0)
        {
            _report.Damaged++;
            return file with { Header = file.Header with { First = first[0].Header.Sequence + (first[0].Header.Kind == RecordKind.Skip ? 1 : 0) } };
        }
        if (bytes.Length < SegmentHeader.Bytes || !bytes.AsSpan().ContainsAnyExcept((byte)0))
        {
            // The power went while it was being made.
            _report.TornBytes += bytes.Length;
            TryDelete(file.Path);
        }
        else { _report.Ignored.Add($"{name}: no segment of this spool"); }
        return null;
    }

    private void TryDelete(string path)
    {
        try { files.Delete(path); }
        catch (IOException e) { _report.Ignored.Add($"{Path.GetFileName(path)}: {e.Message}"); }
    }

    private byte[]? ReadAll(Found file)
    {
        // No segment of ours comes near this; a folder can hold anything.
        const long most = 64 << 20;
        try
        {
            if (file.Length > most) { throw new IOException("larger than any segment"); }
            using var reader = files.OpenRead(file.Path);
            var bytes = new byte[file.Length];
            var length = reader.Read(0, bytes);
            return length == bytes.Length ? bytes : bytes[..length];
        }
        catch (IOException e)
        {
            _report.Ignored.Add($"{Path.GetFileName(file.Path)}: {e.Message}");
            return null;
        }
    }

    /// <param name="file">The segment.</param>
    /// <param name="limit">Where the next segment begins: what lies beyond was written again there.</param>
    private void Load(Found file, long limit)
    {
        _canAppend = false;
        if (ReadAll(file) is not { } bytes) { return; }
        var scan = SegmentScan.Of(bytes, _seed);
        var segment = new Segment(files, file.Path, file.Header.Number, file.Header.First) { Length = bytes.Length };
        _segments.Add(segment);
        _report.Damaged += scan.Damaged;
        foreach (var record in scan.Records)
        {
            if (record.Header.Sequence >= limit) { break; }
            if (record.Header.Kind == RecordKind.Skip) { LoadSkip(record, bytes); }
            else if (record.Header.Sequence > _previous || record.Header.Sequence < _low) { Load(record, segment, scan.Damaged > 0 || _tail == TailState.Damaged); }
        }
        _tail = scan.Tail;
        if (limit != long.MaxValue) { return; }
        _canAppend = file.HeaderIsIntact;
        _report.TornBytes += scan.Tail == TailState.Torn ? bytes.Length - scan.End : 0;
        segment.Length = _canAppend ? scan.End : bytes.Length;
    }

    private void LoadSkip(in ScannedRecord record, byte[] bytes)
    {
        if (!record.Intact) { return; }
        RecordFormat.Read(bytes.AsSpan(record.Offset), _seed, out _, out var payload);
        foreach (var (first, last) in Ranges.Read(payload.ToArray())) { _skips.Add(first, last); }
    }

    private void Load(in ScannedRecord record, Segment segment, bool damageNear)
    {
        var header = record.Header;
        if (header.Sequence > _previous + 1) { (damageNear ? _damagedHoles : _holes).Add(_previous + 1, header.Sequence - 1); }
        _previous = Math.Max(_previous, header.Sequence);
        segment.Last = Math.Max(segment.Last, header.Sequence);
        (_boot, _second) = (Math.Max(_boot, header.Boot), Math.Max(_second, header.Second));
        var waits = false;
        foreach (var reader in _readers) { waits |= reader.Load(record, segment); }
        if (waits) { _report.Waiting++; }
    }

    /// <summary>Accounts for every sequence that should be here and is not; returns the next free one.</summary>
    /// <param name="known">One more than the highest sequence that a cursor knows.</param>
    private long Finish(long known)
    {
        var next = _previous + 1;
        if (known > next)
        {
            (_tail == TailState.Damaged ? _damagedHoles : _holes).Add(next, known - 1);
            next = known;
        }
        else if (_tail == TailState.Damaged)
        {
            _damagedHoles.Add(next, next);
            next++;
        }
        foreach (var (first, last) in _skips.All)
        {
            _holes.Remove(first, last);
            _damagedHoles.Remove(first, last);
        }
        foreach (var reader in _readers) { Account(reader); }
        _report.Missing = _accounted.Count;
        return next;
    }

    private void Account(RecoveredReader reader)
    {
        var name = reader.Backlog.Reader;
        foreach (var (holes, reason) in (ReadOnlySpan<(Ranges, LossReason)>)[(_holes, LossReason.Missing), (_damagedHoles, LossReason.Damaged)])
        {
            foreach (var (first, last) in reader.Missing(holes).All)
            {
                _losses.Add((name, new GapNotice("", reason, first, last, last - first + 1, 0, 0)));
                _accounted.Add(first, last);
            }
        }
        foreach (var (stream, sequence) in reader.Damaged(_skips))
        {
            _losses.Add((name, new GapNotice(stream, LossReason.Damaged, sequence, sequence, 1, 0, 0)));
            _accounted.Add(sequence, sequence);
        }
    }
}
