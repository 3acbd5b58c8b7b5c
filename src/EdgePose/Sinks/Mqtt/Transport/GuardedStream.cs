namespace EdgePose.Sinks.Mqtt.Transport;

/// <summary>
/// Watches the lengths of the packets that come in: the client library makes room for whatever a broker announces, up to 256 MiB, and
/// does not obey the limit that it has sent itself. Reads ahead, because the library asks for two bytes at a time. One reader and one
/// writer at once.
/// </summary>
internal sealed class GuardedStream(Stream inner, int largest) : Stream
{
    private readonly byte[] _ahead = new byte[4096];
    private int _start, _end;

    // Where the next byte stands: in the body of a packet, or in its head, after so many bytes of the length.
    private int _body, _length, _shift = -1;

    public override bool CanRead => inner.CanRead;
    public override bool CanSeek => false;
    public override bool CanWrite => inner.CanWrite;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_start == _end)
        {
            (_start, _end) = (0, await inner.ReadAsync(_ahead, cancellationToken).ConfigureAwait(false));
        }
        var count = Math.Min(buffer.Length, _end - _start);
        var bytes = _ahead.AsMemory(_start, count);
        Follow(bytes.Span);
        bytes.CopyTo(buffer);
        _start += count;
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    /// <summary>One byte of type, the length in sevens of bits, the body.</summary>
    private void Follow(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (_body > 0)
            {
                var skipped = Math.Min(_body, bytes.Length);
                _body -= skipped;
                bytes = bytes[skipped..];
                continue;
            }
            FollowHead(bytes[0]);
            bytes = bytes[1..];
        }
    }

    private void FollowHead(byte next)
    {
        if (_shift < 0)
        {
            (_shift, _length) = (0, 0);
            return;
        }
        _length |= (next & 0x7F) << _shift;
        _shift += 7;
        if ((next & 0x80) != 0)
        {
            if (_shift == 28) { throw new InvalidDataException("the length of a packet has more than four bytes"); }
            return;
        }
        if (_length > largest) { throw new InvalidDataException($"a packet of {_length} bytes is announced, {largest} are taken"); }
        (_body, _shift) = (_length, -1);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) { inner.Dispose(); }
        base.Dispose(disposing);
    }

    // The library works asynchronously only.
    public override void Flush() => inner.Flush();
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
