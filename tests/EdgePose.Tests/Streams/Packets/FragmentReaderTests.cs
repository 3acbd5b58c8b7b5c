using System.Buffers.Binary;
using EdgePose.Streams.Packets;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Streams.Packets;

/// <summary>Boxes put together by hand, as ffmpeg 5.1.9 writes them; the real ones are read in the system tests.</summary>
public sealed class FragmentReaderTests
{
    private readonly List<Packet> _packets = [];

    private static byte[] Box(string type, params byte[][] bodies)
    {
        var body = bodies.SelectMany(static b => b).ToArray();
        return [.. UInt(8 + (uint)body.Length), .. System.Text.Encoding.ASCII.GetBytes(type), .. body];
    }

    private static byte[] UInt(params uint[] values)
    {
        var bytes = new byte[4 * values.Length];
        for (var i = 0; i < values.Length; i++) { BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4 * i), values[i]); }
        return bytes;
    }

    /// <summary>Time scale 1000.</summary>
    private static readonly byte[] Movie = Box("moov", Box("mvhd", new byte[100]), Box("trak", Box("tkhd", new byte[84]), Box("mdia", Box("mdhd", UInt(0, 0, 0, 1000, 0, 0)))));

    private static byte[] Fragment(uint ms, int bytes, bool key, uint ntpSeconds = 4_000_000_000) =>
    [
        .. Box("prft", UInt(0x01000018, 1, ntpSeconds, 0x80000000, 0, ms)),
        .. Box("moof", Box("mfhd", UInt(0, 1)), Box("traf", Box("tfhd", UInt(0x020038, 1, 33, (uint)bytes, key ? 0x02000000u : 0x01010000)), Box("tfdt", UInt(0x01000000, 0, ms)), Box("trun", UInt(0x000001, 1, 100)))),
        .. Box("mdat", new byte[bytes]),
    ];

    private void Read(params byte[][] parts) => new FragmentReader(new MemoryStream([.. parts.SelectMany(static p => p)]), _packets.Add).Run();

    [Fact]
    public void Fragments_GiveTimeSizeKeyAndWallClock()
    {
        Read(Box("ftyp", UInt(1, 2)), Movie, Fragment(0, 100_000, true), Fragment(500, 10, false));
        var wallClock = DateTimeOffset.UnixEpoch.AddSeconds(4_000_000_000 - 2_208_988_800L + 0.5);
        Assert.Equal([new Packet(0, 100_000, true, wallClock), new Packet(0.5, 10, false, wallClock)], _packets);
    }

    [Fact]
    public void SampleSizeAndFlags_InTheRun_WinOverTheDefaults()
    {
        var moof = Box("moof", Box("traf", Box("tfhd", UInt(0x000010, 1, 7)), Box("trun", UInt(0x000205, 1, 100, 0x01010000, 55))));
        Read(Movie, Box("prft", UInt(0x00000018, 1, 1, 0, 250)), moof);
        Assert.Equal((0.25, 55, false), (_packets[0].Seconds, _packets[0].Bytes, _packets[0].IsKey));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(200)]
    public void EndInTheMiddle_EndsQuietly(int left)
    {
        byte[] all = [.. Movie, .. Fragment(0, 10, true)];
        Read(all[..Math.Min(left, all.Length)]);
        Assert.Empty(_packets);
    }

    [Fact]
    public void RandomAndMutatedBytes_NeverThrow()
    {
        var random = new Random(11);
        byte[] good = [.. Movie, .. Fragment(0, 10, true), .. Fragment(40, 20, false), .. Fragment(80, 20, false)];
        for (var i = 0; i < 3000; i++)
        {
            var bytes = (byte[])good.Clone();
            for (var k = random.Next(1, 8); k > 0; k--) { bytes[random.Next(bytes.Length)] = (byte)random.Next(256); }
            Read(bytes);
        }
        Assert.NotEmpty(_packets);
        Assert.All(_packets, static p => Assert.True(p.Bytes >= 0 && double.IsFinite(p.Seconds)));
    }

    [Fact(DisableParallelization = true)]
    public void Packets_AllocateNothing()
    {
        byte[] all = [.. Movie, .. Enumerable.Range(0, 1000).SelectMany(static i => Fragment((uint)i, 100, false))];
        var count = 0;
        var bytes = Allocations.OfBestRound(() => new FragmentReader(new MemoryStream(all), _ => count++).Run());
        Assert.Equal(1000 * Allocations.Rounds, count);
        Assert.InRange(bytes, 0, 70_000); // one buffer of 64 KiB
    }
}
