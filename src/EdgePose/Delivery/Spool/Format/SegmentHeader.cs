using System.Buffers.Binary;
using System.Globalization;

namespace EdgePose.Delivery.Spool.Format;

/// <summary>
/// The first 64 bytes of a segment, little-endian:
/// <code>0 magic (8)   8 u32 version   12 u32 0   16 spool id (16)   32 u64 number   40 u64 first sequence   48 zeros   60 u32 crc32c of 0..60</code>
/// The header, not the file's name, says where the segment belongs: names can be exchanged.
/// </summary>
/// <param name="Spool">Which spool it belongs to.</param>
/// <param name="Number">Rises with each segment of the spool.</param>
/// <param name="First">No record of the segment has a lower sequence.</param>
internal readonly record struct SegmentHeader(Guid Spool, long Number, long First)
{
    public const int Bytes = 64;
    public const uint Version = 1;
    public const string Extension = ".seg";
    private static ReadOnlySpan<byte> Magic => "EpSpool\x01"u8;

    /// <summary>Where both checksums of a record begin.</summary>
    public static uint Seed(Guid spool)
    {
        Span<byte> id = stackalloc byte[16];
        spool.TryWriteBytes(id);
        return Crc32C.Append(0, id);
    }

    public static string FileName(long number) => number.ToString("D10", CultureInfo.InvariantCulture) + Extension;

    /// <summary>The number in a file name; null when it is no name of a segment.</summary>
    public static long? NumberOf(string fileName) =>
        fileName.EndsWith(Extension, StringComparison.Ordinal)
        && long.TryParse(fileName.AsSpan(0, fileName.Length - Extension.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : null;

    public void Write(Span<byte> to)
    {
        to = to[..Bytes];
        to.Clear();
        Magic.CopyTo(to);
        BinaryPrimitives.WriteUInt32LittleEndian(to[8..], Version);
        Spool.TryWriteBytes(to[16..]);
        BinaryPrimitives.WriteInt64LittleEndian(to[32..], Number);
        BinaryPrimitives.WriteInt64LittleEndian(to[40..], First);
        BinaryPrimitives.WriteUInt32LittleEndian(to[60..], Crc32C.Append(0, to[..60]));
    }

    /// <summary>False when the bytes are no intact header of this version.</summary>
    public static bool TryRead(ReadOnlySpan<byte> from, out SegmentHeader header)
    {
        header = default;
        if (from.Length < Bytes || !from.StartsWith(Magic)) { return false; }
        if (BinaryPrimitives.ReadUInt32LittleEndian(from[60..]) != Crc32C.Append(0, from[..60])) { return false; }
        if (BinaryPrimitives.ReadUInt32LittleEndian(from[8..]) != Version) { return false; }
        header = new SegmentHeader(
            new Guid(from[16..32]), BinaryPrimitives.ReadInt64LittleEndian(from[32..]), BinaryPrimitives.ReadInt64LittleEndian(from[40..]));
        return true;
    }
}
