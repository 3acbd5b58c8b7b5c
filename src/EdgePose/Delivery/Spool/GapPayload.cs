using System.Buffers.Binary;
using System.Text;

namespace EdgePose.Delivery.Spool;

/// <summary>
/// The bytes of a gap record, little-endian:
/// <code>
/// 0 u8 version   1 u8 reason   2 u8 number of readers   3 zeros   8 5 x i64 first, last, count, oldest, newest
/// 48 for each reader: u8 n, n bytes name, 5 x i64
/// </code>
/// Without readers the notice is for all of them. With readers each has lost something else, and the notice in front spans them all; for a
/// reader that is not listed nothing is missing.
/// </summary>
internal static class GapPayload
{
    private const int Bytes = 48, Figures = 5 * sizeof(long), ReadersAt = 2;
    private const byte Version = 1;

    public static byte[] Write(GapNotice notice)
    {
        var bytes = new byte[Bytes];
        (bytes[0], bytes[1]) = (Version, (byte)notice.Reason);
        Write(bytes.AsSpan(8), notice);
        return bytes;
    }

    /// <param name="notices">Of each reader that has lost something, for one stream and one reason.</param>
    public static byte[] Write(IReadOnlyDictionary<string, GapNotice> notices)
    {
        using var all = new MemoryStream();
        all.Write(Write(notices.Values.Aggregate((a, b) => a.With(b))));
        foreach (var (reader, notice) in notices)
        {
            var name = Encoding.UTF8.GetBytes(reader);
            var entry = new byte[1 + name.Length + Figures];
            entry[0] = (byte)name.Length;
            name.CopyTo(entry, 1);
            Write(entry.AsSpan(1 + name.Length), notice);
            all.Write(entry);
        }
        var bytes = all.ToArray();
        bytes[ReadersAt] = (byte)notices.Count;
        return bytes;
    }

    /// <summary>What a notice says when it is for all readers, or what it says of all together. Null when the bytes are none of this version.</summary>
    public static GapNotice? Read(string stream, ReadOnlySpan<byte> payload) =>
        payload.Length < Bytes || payload[0] != Version ? null : Read(stream, (LossReason)payload[1], payload[8..]);

    /// <summary>The payload as <paramref name="reader"/> gets it.</summary>
    public static ReadOnlyMemory<byte> For(string reader, string stream, ReadOnlyMemory<byte> payload)
    {
        if (Read(stream, payload.Span) is not { } all || payload.Span[ReadersAt] == 0) { return payload; }
        var rest = payload.Span[Bytes..];
        for (int n = payload.Span[ReadersAt]; n > 0 && rest.Length > rest[0] + Figures; n--)
        {
            int length = rest[0];
            if (Encoding.UTF8.GetString(rest.Slice(1, length)) == reader) { return Write(Read(stream, all.Reason, rest[(1 + length)..])); }
            rest = rest[(1 + length + Figures)..];
        }
        return Write(new GapNotice(stream, LossReason.Elsewhere, 0, 0, 0, 0, 0));
    }

    private static void Write(Span<byte> to, GapNotice notice)
    {
        foreach (var value in (ReadOnlySpan<long>)[notice.First, notice.Last, notice.Count, notice.OldestMs, notice.NewestMs])
        {
            BinaryPrimitives.WriteInt64LittleEndian(to, value);
            to = to[sizeof(long)..];
        }
    }

    private static GapNotice Read(string stream, LossReason reason, ReadOnlySpan<byte> from) => new(
        stream, reason, At(from, 0), At(from, 1), At(from, 2), At(from, 3), At(from, 4));

    private static long At(ReadOnlySpan<byte> from, int index) => BinaryPrimitives.ReadInt64LittleEndian(from[(index * sizeof(long))..]);
}
