using System.Buffers;
using EdgePose.Delivery.Spool.Format;
using EdgePose.Delivery.Spool.Storage;

namespace EdgePose.Delivery.Spool;

/// <summary>Where a record waits. 24 bytes for each, which is what a long backlog costs in memory.</summary>
/// <param name="Sequence">Of the record.</param>
/// <param name="Segment">File that holds it; null when memory does.</param>
/// <param name="Offset">In the file.</param>
/// <param name="Second">When it was accepted, by the age clock.</param>
internal readonly record struct Entry(long Sequence, Segment? Segment, int Offset, uint Second);

/// <summary>One file of the spool and what the writer knows about it. Reading is safe from any thread.</summary>
internal sealed class Segment(IFileSystem files, string path, long number, long first) : IDisposable
{
    private const int Probe = 4096;
    private readonly Lock _gate = new();
    private IReadFile? _reader;
    private bool _disposed;

    public string Path { get; } = path;
    public string Name => System.IO.Path.GetFileName(Path);
    public long Number { get; } = number;
    public long First { get; } = first;

    /// <summary>Highest sequence in the file; one less than <see cref="First"/> while it is empty.</summary>
    public long Last { get; set; } = first - 1;
    public long Length { get; set; }

    /// <summary>The record at an offset; null when its bytes are not what was written.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public SpoolRecord? Read(in Entry entry, uint seed)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Probe);
        try
        {
            var reader = Reader();
            var length = reader.Read(entry.Offset, buffer.AsSpan(0, Probe));
            var state = RecordFormat.Read(buffer.AsSpan(0, length), seed, out var header, out var payload);
            if (state == RecordState.Incomplete && length == Probe && header.PayloadLength > 0)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = ArrayPool<byte>.Shared.Rent(header.TotalLength);
                length = reader.Read(entry.Offset, buffer.AsSpan(0, header.TotalLength));
                state = RecordFormat.Read(buffer.AsSpan(0, length), seed, out header, out payload);
            }
            return state == RecordState.Ok && header.Sequence == entry.Sequence ? SpoolRecord.From(header, payload.ToArray()) : null;
        }
        catch (ObjectDisposedException e)
        {
            throw new IOException($"{Path} was given up", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Closes the reading side.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _reader?.Dispose();
            _reader = null;
        }
    }

    private IReadFile Reader()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _reader ??= files.OpenRead(Path);
        }
    }
}
