using System.Buffers.Binary;

namespace EdgePose.Streams.Packets;

/// <summary>Four-letter names of MP4 boxes as numbers, and a look for one among others (ISO/IEC 14496-12, 4.2).</summary>
internal static class Mp4Box
{
    public const uint Moov = 0x6D6F6F76, Trak = 0x7472616B, Mdia = 0x6D646961, Mdhd = 0x6D646864, Prft = 0x70726674, Moof = 0x6D6F6F66, Traf = 0x74726166,
        Tfhd = 0x74666864, Trun = 0x7472756E;

    /// <summary>The body of the first box of a type; empty when there is none.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> boxes, uint type)
    {
        while (boxes.Length >= 8)
        {
            var size = BinaryPrimitives.ReadUInt32BigEndian(boxes);
            if (size < 8 || size > boxes.Length) { break; }
            if (BinaryPrimitives.ReadUInt32BigEndian(boxes[4..]) == type) { return boxes[8..(int)size]; }
            boxes = boxes[(int)size..];
        }
        return [];
    }
}

/// <summary>The one sample of a fragment.</summary>
internal readonly record struct Mp4Sample(int Bytes, bool IsKey)
{
    private const uint NonSync = 0x10000;

    /// <summary>Reads the first sample of a track fragment: its own size and flags, or the fragment's defaults (8.8.7, 8.8.8).</summary>
    public static bool TryRead(ReadOnlySpan<byte> fragment, out Mp4Sample sample)
    {
        sample = default;
        var head = new Fields(Mp4Box.Find(fragment, Mp4Box.Tfhd));
        var run = new Fields(Mp4Box.Find(fragment, Mp4Box.Trun));
        if (head.IsEmpty || run.IsEmpty) { return false; }
        head.Skip(1);                                   // track id
        if (head.Has(0x01)) { head.Skip(2); }           // base data offset
        if (head.Has(0x02)) { head.Skip(1); }           // sample description
        if (head.Has(0x08)) { head.Skip(1); }           // default duration
        var size = head.Has(0x10) ? head.Next() : 0;
        var flags = head.Has(0x20) ? head.Next() : 0;

        if (run.Next() < 1) { return false; }           // number of samples
        if (run.Has(0x001)) { run.Skip(1); }            // data offset
        var first = run.Has(0x004);
        if (first) { flags = run.Next(); }
        if (run.Has(0x100)) { run.Skip(1); }            // duration
        if (run.Has(0x200)) { size = run.Next(); }
        if (run.Has(0x400) && !first) { flags = run.Next(); }
        if (head.IsShort || run.IsShort || size > int.MaxValue) { return false; }
        sample = new Mp4Sample((int)size, (flags & NonSync) == 0);
        return true;
    }

    /// <summary>The 32-bit fields of a full box, behind its version and flags.</summary>
    private ref struct Fields
    {
        private readonly uint _flags;
        private ReadOnlySpan<byte> _rest;

        public Fields(ReadOnlySpan<byte> body)
        {
            IsEmpty = body.Length < 8;
            _flags = IsEmpty ? 0 : BinaryPrimitives.ReadUInt32BigEndian(body) & 0xFFFFFF;
            _rest = IsEmpty ? [] : body[4..];
        }

        public bool IsEmpty { get; }
        public bool IsShort { get; private set; }

        public readonly bool Has(uint flag) => (_flags & flag) != 0;

        public uint Next()
        {
            if (_rest.Length < 4)
            {
                IsShort = true;
                return 0;
            }
            var value = BinaryPrimitives.ReadUInt32BigEndian(_rest);
            _rest = _rest[4..];
            return value;
        }

        public void Skip(int fields)
        {
            for (var i = 0; i < fields; i++) { _ = Next(); }
        }
    }
}
