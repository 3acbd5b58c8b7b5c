using System.Buffers.Binary;
using System.Numerics;

namespace EdgePose.Events.Recording;

/// <summary>
/// The frame of a <c>.poses</c> file, all numbers little-endian. File: 8 bytes magic, u32 length and u32 CRC-32C of the header, header (JSON,
/// ended by a line feed), blocks. Block: u32 magic, u32 stored length, u32 raw length, u32 number, u32 CRC-32C of the three numbers and the
/// stored bytes, stored bytes (Brotli). A block that fails its CRC is skipped; the next magic begins the next one.
/// </summary>
internal static class BlockFormat
{
    public const int FileHead = 16;
    public const int BlockHead = 20;
    public const int MostHeader = 64 * 1024;

    /// <summary>Larger than any block that is written; a damaged length must not claim the memory.</summary>
    public const int MostRaw = 1024 * 1024;

    /// <summary>Brotli's worst case for <see cref="MostRaw"/>, and some.</summary>
    public const int MostStored = MostRaw + MostRaw / 64;

    /// <summary>A block of scenes in which nothing moves compresses well, but not to less than that: more is made to fill the memory.</summary>
    public const int RawForNothing = 128 * 1024, RawPerStored = 64;

    /// <summary>Blocks that can be missing in one place: two months of blocks. A larger gap is a damaged number.</summary>
    public const uint MostMissing = 1_000_000;

    /// <summary>People in a scene: 200 may be found in a frame, and as many predicted.</summary>
    public const int MostPeople = 400;

    public const uint BlockMagic = 0x4B4C_4250;

    public static ReadOnlySpan<byte> FileMagic => "EPPOSES\n"u8;

    public static uint Crc(ReadOnlySpan<byte> bytes, uint crc = uint.MaxValue)
    {
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        foreach (var b in bytes) { crc = BitOperations.Crc32C(crc, b); }
        return crc;
    }
}
