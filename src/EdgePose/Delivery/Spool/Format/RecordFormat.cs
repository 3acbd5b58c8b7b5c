using System.Buffers.Binary;
using System.Text;

namespace EdgePose.Delivery.Spool.Format;

/// <summary>What a record is. The numbers stand on disk.</summary>
internal enum RecordKind : byte
{
    /// <summary>The payload is the caller's.</summary>
    Event = 1,

    /// <summary>The payload is a <see cref="GapNotice"/>: events that were lost.</summary>
    Gap = 2,

    /// <summary>
    /// The payload is a list of sequence ranges that need no record. Never handed out; it carries the number of the record before it.
    /// </summary>
    Skip = 3,

    /// <summary>A refused record with the reason before its payload; only in the dead-letter file.</summary>
    DeadLetter = 4,
}

/// <summary>What stands before the payload.</summary>
/// <param name="Sequence">Rises by one for each record of the spool's life, across restarts. From 1.</param>
/// <param name="Boot">Number of the run that wrote the record: <c>(Boot, Sequence)</c> is unique even where a failing disk lost a record.</param>
/// <param name="Second">Age clock of the spool (<see cref="SpoolClock"/>) when the record was accepted.</param>
/// <param name="CreatedMs">Wall clock of the caller, Unix milliseconds; only for showing.</param>
/// <param name="Kind">See <see cref="RecordKind"/>.</param>
/// <param name="Stream">Records of one stream keep their order; empty for none.</param>
/// <param name="PayloadLength">In bytes.</param>
internal readonly record struct RecordHeader(
    long Sequence, uint Boot, uint Second, long CreatedMs, RecordKind Kind, string Stream, int PayloadLength)
{
    public int TotalLength => RecordFormat.Size(Stream, PayloadLength);
}

internal enum RecordState
{
    Ok,

    /// <summary>The header is right, so the next record can be found; the payload is not what was written.</summary>
    DamagedPayload,
    DamagedHeader,

    /// <summary>The bytes end before the record does.</summary>
    Incomplete,
}

/// <summary>
/// One record on disk, little-endian:
/// <code>
///  0 u32 magic   4 u32 crc32c of 8..44+n   8 u32 payload length   12 u32 crc32c of the payload
/// 16 u64 sequence   24 u32 boot   28 u32 second   32 i64 created   40 u8 kind   41 u8 n   42 u8 ~n   43 u8 0
/// 44 n bytes stream, then the payload
/// </code>
/// Header and payload have a checksum each: with a right header a damaged payload costs one record, and its number and stream are known.
/// n is guarded by its complement because a wrong n would make a whole record look like the cut end of a file. Both checksums begin with
/// the id of the spool, so that a record of another spool is never taken for one of ours.
/// </summary>
internal static class RecordFormat
{
    public const int FixedBytes = 44;
    public const int MaxStreamBytes = 128;
    public const int MaxPayload = 1 << 20;
    public static ReadOnlySpan<byte> Magic => "EpR\x01"u8;

    public static int Size(string stream, int payloadLength) => FixedBytes + Encoding.UTF8.GetByteCount(stream) + payloadLength;

    /// <summary>Writes header and payload to the beginning of <paramref name="to"/> and returns their length.</summary>
    public static int Write(Span<byte> to, in RecordHeader header, ReadOnlySpan<byte> payload, uint seed)
    {
        var streamBytes = Encoding.UTF8.GetBytes(header.Stream, to[FixedBytes..]);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(streamBytes, MaxStreamBytes);
        Magic.CopyTo(to);
        BinaryPrimitives.WriteUInt32LittleEndian(to[8..], (uint)payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(to[12..], Crc32C.Append(seed, payload));
        BinaryPrimitives.WriteInt64LittleEndian(to[16..], header.Sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(to[24..], header.Boot);
        BinaryPrimitives.WriteUInt32LittleEndian(to[28..], header.Second);
        BinaryPrimitives.WriteInt64LittleEndian(to[32..], header.CreatedMs);
        (to[40], to[41], to[42], to[43]) = ((byte)header.Kind, (byte)streamBytes, (byte)~streamBytes, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], Crc32C.Append(seed, to[8..(FixedBytes + streamBytes)]));
        payload.CopyTo(to[(FixedBytes + streamBytes)..]);
        return FixedBytes + streamBytes + payload.Length;
    }

    /// <summary>Reads the record at the beginning of <paramref name="bytes"/>. The header is valid for Ok and DamagedPayload only.</summary>
    public static RecordState Read(ReadOnlySpan<byte> bytes, uint seed, out RecordHeader header, out ReadOnlySpan<byte> payload)
    {
        header = default;
        payload = default;
        if (bytes.Length < FixedBytes) { return RecordState.Incomplete; }
        int streamBytes = bytes[41];
        if (!bytes.StartsWith(Magic) || bytes[42] != (byte)~streamBytes || streamBytes > MaxStreamBytes) { return RecordState.DamagedHeader; }
        var headerBytes = FixedBytes + streamBytes;
        if (bytes.Length < headerBytes) { return RecordState.Incomplete; }
        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (Crc32C.Append(seed, bytes[8..headerBytes]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) || length > MaxPayload)
        {
            return RecordState.DamagedHeader;
        }
        header = new RecordHeader(
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
            (RecordKind)bytes[40], Encoding.UTF8.GetString(bytes[FixedBytes..headerBytes]), (int)length);
        if (bytes.Length - headerBytes < length) { return RecordState.Incomplete; }
        payload = bytes.Slice(headerBytes, (int)length);
        return Crc32C.Append(seed, payload) == BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]) ? RecordState.Ok : RecordState.DamagedPayload;
    }
}
