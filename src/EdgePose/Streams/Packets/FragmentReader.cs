using System.Buffers.Binary;

namespace EdgePose.Streams.Packets;

/// <summary>
/// Reads the boxes of a fragmented MP4 (ISO/IEC 14496-12) as ffmpeg writes it for <see cref="PacketTap"/>, and skips all others, and the
/// pictures. Allocates nothing per packet. Whatever is not understood ends or skips a fragment, never the stream.
/// </summary>
internal sealed class FragmentReader(Stream source, Action<Packet> onPacket)
{
    /// <summary>moov and moof boxes are below 2 KiB; a picture is skipped in pieces of this size.</summary>
    private const int BufferBytes = 64 * 1024;
    private const uint NtpToUnix = 2_208_988_800;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private uint _timescale = 90_000;
    private ulong _mediaTime, _ntp;
    private bool _timed;

    /// <summary>Reads to the end of the pipe.</summary>
    public void Run()
    {
        while (Fill(8))
        {
            long size = BinaryPrimitives.ReadUInt32BigEndian(_buffer);
            var type = BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(4));
            if (size == 1)
            {
                if (!Fill(8)) { return; }
                size = (long)BinaryPrimitives.ReadUInt64BigEndian(_buffer) - 8;
            }
            var body = size - 8;
            if (body < 0) { return; }
            if (body <= BufferBytes && type is Mp4Box.Moov or Mp4Box.Prft or Mp4Box.Moof)
            {
                if (!Fill((int)body)) { return; }
                Accept(type, _buffer.AsSpan(0, (int)body));
            }
            else if (!Skip(body)) { return; }
        }
    }

    private void Accept(uint type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case Mp4Box.Moov when Mp4Box.Find(Mp4Box.Find(Mp4Box.Find(body, Mp4Box.Trak), Mp4Box.Mdia), Mp4Box.Mdhd) is { Length: >= 24 } header:
                // Version 1 has 64-bit dates before the time scale.
                var scale = BinaryPrimitives.ReadUInt32BigEndian(header[(header[0] == 1 ? 20 : 12)..]);
                _timescale = scale == 0 ? _timescale : scale;
                break;
            case Mp4Box.Prft when body.Length >= 20:
                _ntp = BinaryPrimitives.ReadUInt64BigEndian(body[8..]);
                _mediaTime = body[0] == 1 && body.Length >= 24 ? BinaryPrimitives.ReadUInt64BigEndian(body[16..]) : BinaryPrimitives.ReadUInt32BigEndian(body[16..]);
                _timed = true;
                break;
            case Mp4Box.Moof when _timed && Mp4Box.Find(body, Mp4Box.Traf) is { Length: > 0 } fragment && Mp4Sample.TryRead(fragment, out var sample):
                _timed = false;
                onPacket(new Packet((long)_mediaTime / (double)_timescale, sample.Bytes, sample.IsKey, WallClock(_ntp)));
                break;
        }
    }

    private static DateTimeOffset WallClock(ulong ntp)
    {
        var (seconds, fraction) = ((long)(ntp >> 32) - NtpToUnix, (uint)ntp);
        return DateTimeOffset.UnixEpoch.AddTicks((seconds * TimeSpan.TicksPerSecond) + (long)(fraction * (TimeSpan.TicksPerSecond / 4294967296.0)));
    }

    private bool Fill(int count) => source.ReadAtLeast(_buffer.AsSpan(0, count), count, throwOnEndOfStream: false) == count;

    private bool Skip(long count)
    {
        while (count > 0)
        {
            var read = source.Read(_buffer, 0, (int)Math.Min(count, BufferBytes));
            if (read == 0) { return false; }
            count -= read;
        }
        return true;
    }
}
