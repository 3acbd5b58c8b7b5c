using System.Text;
using EdgePose.Delivery.Spool.Format;

namespace EdgePose.Tests.Delivery.Spool;

public sealed class FormatTests
{
    private const uint Seed = 0x1234;

    // RFC 3720, appendix B.4, and the check value of the CRC catalogue.
    [Theory]
    [InlineData("123456789", 0xE3069283)]
    [InlineData("", 0)]
    public void Crc32C_KnownText_HasItsPublishedValue(string text, uint expected) => Assert.Equal(expected, Crc32C.Append(0, Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData(0x00, 0x8A9136AA)]
    [InlineData(0xFF, 0x62A8AB43)]
    public void Crc32C_ThirtyTwoEqualBytes_HasItsPublishedValue(byte value, uint expected) =>
        Assert.Equal(expected, Crc32C.Append(0, Enumerable.Repeat(value, 32).ToArray()));

    [Fact]
    public void Crc32C_InPieces_IsThatOfTheWhole()
    {
        var data = Bytes(Sample(1, 100));
        var whole = Crc32C.Append(0, data);
        for (var cut = 0; cut <= data.Length; cut++) { Assert.Equal(whole, Crc32C.Append(Crc32C.Append(0, data.AsSpan(0, cut)), data.AsSpan(cut))); }
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("front", 1)]
    [InlineData("küche", 5000)]
    public void Record_WrittenAndRead_IsTheSame(string stream, int payload)
    {
        var header = new RecordHeader(long.MaxValue - 1, uint.MaxValue, 77, -5, RecordKind.Event, stream, payload);
        var content = Enumerable.Range(0, payload).Select(i => (byte)(i * 7)).ToArray();
        var bytes = new byte[header.TotalLength + 3];
        Assert.Equal(header.TotalLength, RecordFormat.Write(bytes, header, content, Seed));
        Assert.Equal(RecordState.Ok, RecordFormat.Read(bytes, Seed, out var read, out var readPayload));
        Assert.Equal(header, read);
        Assert.Equal(content, readPayload.ToArray());
    }

    [Fact]
    public void Record_CutAnywhere_IsIncomplete()
    {
        var bytes = Bytes(Sample(9, 40));
        for (var cut = 0; cut < bytes.Length; cut++) { Assert.Equal(RecordState.Incomplete, RecordFormat.Read(bytes.AsSpan(0, cut), Seed, out _, out _)); }
    }

    [Fact]
    public void Record_AnyBitFlipped_IsNeverTakenForIntactOrCut()
    {
        var bytes = Bytes(Sample(9, 40));
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(RecordFormat.Read(bytes, Seed, out var header, out _) is RecordState.DamagedHeader or RecordState.DamagedPayload, $"bit {bit}");
            if (RecordFormat.Read(bytes, Seed, out header, out _) == RecordState.DamagedPayload) { Assert.Equal(9, header.Sequence); }
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Record_OfAnotherSpool_IsDamaged() => Assert.Equal(RecordState.DamagedHeader, RecordFormat.Read(Bytes(Sample(9, 40)), Seed + 1, out _, out _));

    [Fact]
    public void SegmentHeader_AnyBitFlipped_IsRefused()
    {
        var header = new SegmentHeader(Guid.NewGuid(), 12, 345);
        var bytes = new byte[SegmentHeader.Bytes];
        header.Write(bytes);
        Assert.True(SegmentHeader.TryRead(bytes, out var read));
        Assert.Equal(header, read);
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(SegmentHeader.TryRead(bytes, out _));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Theory]
    [InlineData("0000000012.seg", 12L)]
    [InlineData("12.seg", 12L)]
    [InlineData("-1.seg", null)]
    [InlineData("a.seg", null)]
    [InlineData("0000000012", null)]
    public void NumberOf_FileName_IsItsNumberOrNone(string name, long? number) => Assert.Equal(number, SegmentHeader.NumberOf(name));

    [Fact]
    public void Scan_DamageInTheMiddle_FindsEveryOtherRecord()
    {
        var clean = Segment(1, 2, 3, 4, 5);
        for (var at = SegmentHeader.Bytes; at < clean.Length; at++)
        {
            var bytes = (byte[])clean.Clone();
            bytes[at] ^= 0x10;
            var intact = SegmentScan.Of(bytes, Seed).Records.Where(r => r.Intact).Select(r => r.Header.Sequence).ToList();
            var hit = (at - SegmentHeader.Bytes) / Sample(1, 40).TotalLength + 1;
            Assert.Equal(new long[] { 1, 2, 3, 4, 5 }.Where(s => s != hit), intact);
        }
    }

    [Fact]
    public void Scan_CutAnywhere_KeepsWholeRecordsAndCallsTheRestTorn()
    {
        var bytes = Segment(1, 2, 3);
        var size = Sample(1, 40).TotalLength;
        for (var cut = SegmentHeader.Bytes; cut <= bytes.Length; cut++)
        {
            var scan = SegmentScan.Of(bytes.AsSpan(0, cut), Seed);
            var whole = (cut - SegmentHeader.Bytes) / size;
            Assert.Equal(whole, scan.Records.Count);
            Assert.Equal(SegmentHeader.Bytes + whole * size, scan.End);
            Assert.Equal((cut - SegmentHeader.Bytes) % size == 0 ? TailState.Clean : TailState.Torn, scan.Tail);
        }
    }

    [Fact]
    public void Scan_ZerosBehindTheLastRecord_AreTorn_GarbageIsDamage()
    {
        Assert.Equal(TailState.Torn, SegmentScan.Of([.. Segment(1), .. new byte[500]], Seed).Tail);
        Assert.Equal(TailState.Damaged, SegmentScan.Of([.. Segment(1), .. Enumerable.Repeat((byte)7, 500)], Seed).Tail);
    }

    [Fact]
    public void Scan_RandomBytes_NeverThrowsAndFindsNothing()
    {
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = new byte[random.Next(400)];
            random.NextBytes(bytes);
            // Sprinkled with the marks of records, which a search stops at.
            for (var n = random.Next(4); n > 0 && bytes.Length > 60; n--) { RecordFormat.Magic.CopyTo(bytes.AsSpan(random.Next(bytes.Length - 50))); }
            Assert.Empty(SegmentScan.Of(bytes, Seed).Records);
        }
    }

    [Fact]
    public void Ranges_AddedAndRemoved_AreASet()
    {
        var random = new Random(2);
        var (ranges, set) = (new Ranges(), new SortedSet<long>());
        for (var i = 0; i < 500; i++)
        {
            var first = random.Next(200);
            var last = first + random.Next(12) - 1;
            if (random.Next(2) == 0)
            {
                ranges.Add(first, last);
                for (var s = first; s <= last; s++) { set.Add(s); }
            }
            else
            {
                ranges.Remove(first, last);
                for (var s = first; s <= last; s++) { set.Remove(s); }
            }
            Assert.Equal(set, ranges.All.SelectMany(r => Enumerable.Range((int)r.First, (int)(r.Last - r.First + 1)).Select(s => (long)s)));
            Assert.Equal(set.Count, ranges.Count);
            Assert.All(ranges.All.Zip(ranges.All.Skip(1)), p => Assert.True(p.First.Last + 1 < p.Second.First, "neighbours are joined"));
        }
        Assert.Equal(ranges.All, ranges.ToPayloads().SelectMany(Ranges.Read));
    }

    private static RecordHeader Sample(long sequence, int payload) => new(sequence, 3, 60, 1_700_000_000_000, RecordKind.Event, "front", payload);

    private static byte[] Bytes(RecordHeader header)
    {
        var bytes = new byte[header.TotalLength];
        RecordFormat.Write(bytes, header, Enumerable.Range(1, header.PayloadLength).Select(i => (byte)i).ToArray(), Seed);
        return bytes;
    }

    private static byte[] Segment(params long[] sequences)
    {
        var header = new byte[SegmentHeader.Bytes];
        new SegmentHeader(Guid.Empty, 1, sequences[0]).Write(header);
        return [.. header, .. sequences.SelectMany(s => Bytes(Sample(s, 40)))];
    }
}
