using System.Buffers.Binary;

namespace EdgePose.SystemTests.Peers.Rtsp;

/// <summary>Sends pictures as RTP inside an RTSP connection (RFC 2326 10.12, RFC 6184 and RFC 7798 with fragmentation units), and sender reports.</summary>
internal sealed class RtpSender(Func<ReadOnlyMemory<byte>, Task> write)
{
    private const int MaxPayload = 1300;
    private const uint Source = 0x1234ABCD;
    private const uint NtpToUnix = 2_208_988_800;
    private ushort _sequence = 1;

    public async Task SendAsync(byte[][] picture, bool hevc, uint time, int payloadType = 96)
    {
        for (var i = 0; i < picture.Length; i++)
        {
            foreach (var (payload, last) in Payloads(picture[i], hevc))
            {
                await write(Packet(payload, time, last && i == picture.Length - 1, payloadType));
            }
        }
    }

    /// <summary>Says that the camera's clock shows <paramref name="now"/> at RTP time <paramref name="time"/> (RFC 3550, 6.4.1).</summary>
    public Task ReportAsync(DateTimeOffset now, uint time)
    {
        var report = new byte[4 + 28];
        (report[0], report[1]) = ((byte)'$', 1);
        BinaryPrimitives.WriteUInt16BigEndian(report.AsSpan(2), 28);
        (report[4], report[5], report[7]) = (0x80, 200, 6);
        BinaryPrimitives.WriteUInt32BigEndian(report.AsSpan(8), Source);
        var ticks = now.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        BinaryPrimitives.WriteUInt32BigEndian(report.AsSpan(12), (uint)((ticks / TimeSpan.TicksPerSecond) + NtpToUnix));
        BinaryPrimitives.WriteUInt32BigEndian(report.AsSpan(16), (uint)((ticks % TimeSpan.TicksPerSecond) * 4294967296.0 / TimeSpan.TicksPerSecond));
        BinaryPrimitives.WriteUInt32BigEndian(report.AsSpan(20), time);
        return write(report);
    }

    private byte[] Packet(byte[] payload, uint time, bool marker, int payloadType)
    {
        var packet = new byte[4 + 12 + payload.Length];
        packet[0] = (byte)'$';
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)(12 + payload.Length));
        (packet[4], packet[5]) = (0x80, (byte)((marker ? 0x80 : 0) | payloadType));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), _sequence++);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), time);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(12), Source);
        payload.CopyTo(packet, 16);
        return packet;
    }

    private static List<(byte[] Payload, bool Last)> Payloads(byte[] nal, bool hevc)
    {
        if (nal.Length <= MaxPayload) { return [(nal, true)]; }
        var type = hevc ? (nal[0] >> 1) & 63 : nal[0] & 31;
        byte[] head = hevc ? [(byte)((nal[0] & 0x81) | (49 << 1)), nal[1]] : [(byte)((nal[0] & 0xE0) | 28)];
        var parts = new List<(byte[], bool)>();
        for (var at = head.Length; at < nal.Length; at += MaxPayload)
        {
            var (first, last) = (at == head.Length, at + MaxPayload >= nal.Length);
            var flags = (byte)((first ? 0x80 : 0) | (last ? 0x40 : 0) | type);
            parts.Add(([.. head, flags, .. nal.AsSpan(at, Math.Min(MaxPayload, nal.Length - at))], last));
        }
        return parts;
    }
}
