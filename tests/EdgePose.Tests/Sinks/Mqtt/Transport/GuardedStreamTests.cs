using EdgePose.Sinks.Mqtt.Transport;

namespace EdgePose.Tests.Sinks.Mqtt.Transport;

public sealed class GuardedStreamTests
{
    /// <summary>A stream that gives pieces of random length.</summary>
    private sealed class Pieces(byte[] bytes, Random random) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, random.Next(1, 700))], cancellationToken);
    }

    private static byte[] Packet(int length)
    {
        List<byte> packet = [0x30];
        var rest = length;
        do
        {
            packet.Add((byte)((rest & 0x7F) | (rest > 0x7F ? 0x80 : 0)));
            rest >>= 7;
        }
        while (rest > 0);
        // A body of lengths that would be too large in a head.
        packet.AddRange(Enumerable.Repeat((byte)0xFF, length));
        return [.. packet];
    }

    private static async Task<byte[]> ReadAllAsync(Stream stream, Random random)
    {
        var (all, buffer) = (new MemoryStream(), new byte[5000]);
        int read;
        while ((read = await stream.ReadAsync(buffer.AsMemory(0, random.Next(1, buffer.Length)))) > 0) { all.Write(buffer, 0, read); }
        return all.ToArray();
    }

    [Fact]
    public async Task Read_PacketsUpToTheLimit_PassUnchangedHoweverTheyAreCut()
    {
        var random = new Random(3);
        for (var i = 0; i < 50; i++)
        {
            byte[] all = [.. Enumerable.Range(0, 30).SelectMany(_ => Packet(random.Next(5) switch { 0 => 0, 1 => random.Next(200), 2 => 20_000, _ => random.Next(3000) }))];
            await using var stream = new GuardedStream(new Pieces(all, random), 20_000);
            Assert.Equal(all, await ReadAllAsync(stream, random));
        }
    }

    [Theory]
    [InlineData(new byte[] { 0x30, 0x81, 0x08 })]
    [InlineData(new byte[] { 0xD0, 0x00, 0x20, 0xFF, 0xFF, 0xFF, 0x7F })]
    [InlineData(new byte[] { 0x20, 0x80, 0x80, 0x80, 0x80, 0x01 })]
    public async Task Read_LongerPacketAnnounced_Throws(byte[] bytes)
    {
        await using var stream = new GuardedStream(new Pieces(bytes, new Random(1)), 1024);
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAllAsync(stream, new Random(1)));
    }
}
