using System.Buffers.Binary;
using System.Text;
using EdgePose.Delivery.Spool.Format;

namespace EdgePose.Delivery.Spool;

/// <summary>How far one stream is done.</summary>
/// <param name="Stream">Its id.</param>
/// <param name="Low">Every record of the stream below this sequence is done.</param>
/// <param name="Extras">Sequences above it that are done too, ascending.</param>
internal sealed record StreamPosition(string Stream, long Low, IReadOnlyList<long> Extras);

/// <summary>
/// What one reader has done, as its cursor file says it: acknowledged, rejected or given up. Each stream has its own position, because streams are
/// delivered side by side; a stream that is not listed stands at <see cref="Low"/>.
/// </summary>
internal sealed record Cursor
{
    private const uint Version = 1;
    private const int MaxBytes = 1 << 20;
    private const int LengthAt = 12;
    private static ReadOnlySpan<byte> Magic => "EpCursor"u8;

    public required Guid Spool { get; init; }

    /// <summary>Rises with every cursor written: of two, the higher one counts.</summary>
    public required long Generation { get; init; }

    /// <summary>Number of the run.</summary>
    public required uint Boot { get; init; }

    /// <summary>Everything below is done, in every stream.</summary>
    public required long Low { get; init; }

    /// <summary>One more than the highest sequence given to a record.</summary>
    public required long Next { get; init; }
    public required ClockReading Clock { get; init; }
    public required IReadOnlyList<StreamPosition> Streams { get; init; }

    /// <summary>
    /// Every reader of the spool when this was written: one of them whose own cursor is gone begins with the oldest record, one that is not
    /// among them is new. Empty in a cursor of the time when there was one reader.
    /// </summary>
    public required IReadOnlyList<string> Readers { get; init; }

    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var w = new BinaryWriter(stream, Encoding.UTF8);
        w.Write(Magic);
        w.Write(Version);
        w.Write(0);
        w.Write(Spool.ToByteArray());
        w.Write(Generation);
        w.Write(Boot);
        w.Write(Low);
        w.Write(Next);
        w.Write(Clock.Seconds);
        w.Write(Clock.KernelBoot.ToByteArray());
        w.Write(Clock.MonotonicMs);
        w.Write(Clock.WallMs);
        w.Write(Clock.WallIsSynced);
        w.Write(Streams.Count);
        foreach (var position in Streams)
        {
            w.Write(position.Stream);
            w.Write(position.Low);
            w.Write(position.Extras.Count);
            foreach (var seq in position.Extras) { w.Write(seq); }
        }
        w.Write(Readers.Count);
        foreach (var reader in Readers) { w.Write(reader); }
        var bytes = new byte[stream.Length + sizeof(uint)];
        stream.ToArray().CopyTo(bytes, 0);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(LengthAt), bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - sizeof(uint)), Crc32C.Append(0, bytes.AsSpan(0, bytes.Length - sizeof(uint))));
        return bytes;
    }

    /// <summary>Null when the bytes do not begin with an intact cursor.</summary>
    public static Cursor? Read(byte[] bytes)
    {
        if (bytes.Length is < 32 or > MaxBytes || !bytes.AsSpan().StartsWith(Magic)) { return null; }
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(LengthAt));
        if (length < 32 || length > bytes.Length) { return null; }
        var body = bytes.AsSpan(0, length - sizeof(uint));
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(body.Length)) != Crc32C.Append(0, body)) { return null; }
        using var r = new BinaryReader(new MemoryStream(bytes, Magic.Length, body.Length - Magic.Length), Encoding.UTF8);
        try
        {
            return r.ReadUInt32() == Version && r.ReadInt32() == length ? ReadBody(r) : null;
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException)
        {
            // Intact and yet too short: written by something that only looks like us.
            return null;
        }
    }

    private static Cursor ReadBody(BinaryReader r)
    {
        var (spool, generation, boot, low, next) = (new Guid(r.ReadBytes(16)), r.ReadInt64(), r.ReadUInt32(), r.ReadInt64(), r.ReadInt64());
        var clock = new ClockReading(r.ReadDouble(), new Guid(r.ReadBytes(16)), r.ReadInt64(), r.ReadInt64(), r.ReadBoolean());
        var streams = new List<StreamPosition>();
        for (var n = r.ReadInt32(); n > 0; n--)
        {
            var (stream, streamLow, extras) = (r.ReadString(), r.ReadInt64(), new List<long>());
            for (var m = r.ReadInt32(); m > 0; m--) { extras.Add(r.ReadInt64()); }
            streams.Add(new StreamPosition(stream, streamLow, extras));
        }
        var readers = new List<string>();
        // The list came later than the rest: a spool that had one reader did not write it.
        for (var n = r.BaseStream.Position < r.BaseStream.Length ? r.ReadInt32() : 0; n > 0; n--) { readers.Add(r.ReadString()); }
        // A cursor may not run ahead of what was ever numbered: then nothing new would be delivered.
        return new Cursor
        {
            Spool = spool, Generation = generation, Boot = boot, Low = Math.Clamp(low, 1, Math.Max(1, next)), Next = Math.Max(1, next), Clock = clock,
            Streams = streams, Readers = readers,
        };
    }
}
