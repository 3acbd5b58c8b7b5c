using System.Buffers.Binary;
using System.Numerics;

namespace EdgePose.Delivery.Spool.Format;

/// <summary>CRC-32C (Castagnoli, polynomial 0x1EDC6F41 reflected; RFC 3720, appendix B.4), by the processor's instruction where it has one.</summary>
internal static class Crc32C
{
    /// <summary>Continues <paramref name="crc"/>, the checksum of what precedes <paramref name="data"/>; begin with 0.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        crc = ~crc;
        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        }
        foreach (var b in data) { crc = BitOperations.Crc32C(crc, b); }
        return ~crc;
    }
}
