namespace EdgePose.Delivery.Spool.Format;

/// <summary>A record that a scan met.</summary>
/// <param name="Header">Valid also when the payload is damaged.</param>
/// <param name="Offset">Of the header, from the beginning of the file.</param>
/// <param name="Intact">False when the payload's checksum is wrong.</param>
internal readonly record struct ScannedRecord(in RecordHeader Header, int Offset, bool Intact);

/// <summary>What ends a segment after its last record.</summary>
internal enum TailState
{
    Clean,

    /// <summary>A write that was cut: it never was accepted, for the sync after it cannot have returned.</summary>
    Torn,

    /// <summary>Bytes that no cut write explains. One record at least may have been here.</summary>
    Damaged,
}

/// <summary>
/// Finds the records of a segment, whatever its bytes are. A damaged header hides its own length, so the scan searches on for the next
/// header that has a right checksum and a higher sequence. Never throws on account of the bytes.
/// </summary>
internal sealed class SegmentScan
{
    private readonly List<ScannedRecord> _records = [];

    /// <summary>In the order of the file; sequences rise.</summary>
    public IReadOnlyList<ScannedRecord> Records => _records;

    /// <summary>Where the last record ends; appending can go on here.</summary>
    public int End { get; private set; }
    public TailState Tail { get; private set; }

    /// <summary>Records with a wrong payload and stretches without a readable record.</summary>
    public int Damaged { get; private set; }

    public static SegmentScan Of(ReadOnlySpan<byte> file, uint seed)
    {
        var scan = new SegmentScan { End = Math.Min(SegmentHeader.Bytes, file.Length) };
        scan.Walk(file, seed);
        return scan;
    }

    private void Walk(ReadOnlySpan<byte> file, uint seed)
    {
        var last = 0L;
        var at = End;
        while (at < file.Length)
        {
            var state = RecordFormat.Read(file[at..], seed, out var header, out _);
            if (IsNext(state, header, last))
            {
                if (state == RecordState.DamagedPayload) { Damaged++; }
                _records.Add(new ScannedRecord(header, at, state == RecordState.Ok));
                last = header.Sequence;
                End = at += header.TotalLength;
                continue;
            }
            var next = NextRecord(file, at + 1, seed, last);
            if (next < 0)
            {
                // A header that is right but too long for the file is a cut write too; so is what has never been written.
                Tail = state == RecordState.Incomplete || !file[at..].ContainsAnyExcept((byte)0) ? TailState.Torn : TailState.Damaged;
                if (Tail == TailState.Damaged) { Damaged++; }
                return;
            }
            Damaged++;
            at = next;
        }
    }

    private static bool IsNext(RecordState state, in RecordHeader header, long last) =>
        state is RecordState.Ok or RecordState.DamagedPayload && (header.Sequence > last || (header.Kind == RecordKind.Skip && header.Sequence == last));

    private static int NextRecord(ReadOnlySpan<byte> file, int from, uint seed, long after)
    {
        while (from < file.Length && file[from..].IndexOf(RecordFormat.Magic) is >= 0 and var found)
        {
            var state = RecordFormat.Read(file[(from + found)..], seed, out var header, out _);
            if (IsNext(state, header, after)) { return from + found; }
            from += found + 1;
        }
        return -1;
    }
}
