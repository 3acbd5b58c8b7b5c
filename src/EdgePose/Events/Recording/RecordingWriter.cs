using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;

namespace EdgePose.Events.Recording;

/// <summary>Writes one <c>.poses</c> file. What was written when the power goes can be read, but for the block in work.</summary>
internal sealed class RecordingWriter : IDisposable
{
    // More quality than 5 makes the files hardly smaller and takes several times the time.
    private const int Quality = 5, Window = 18;

    private readonly FileStream _file;
    private byte[] _stored = new byte[16 * 1024];

    /// <summary>Creates the file, readable by its owner only: poses are personal data.</summary>
    /// <exception cref="IOException">It exists, or the disk does not take it.</exception>
    public RecordingWriter(string path, RecordingHeader header)
    {
        _file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        byte[] json = [.. JsonSerializer.SerializeToUtf8Bytes(header, RecordingJson.Default.RecordingHeader), (byte)'\n'];
        var head = new byte[BlockFormat.FileHead];
        BlockFormat.FileMagic.CopyTo(head);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(8), (uint)json.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(12), BlockFormat.Crc(json));
        _file.Write([.. head, .. json]);
    }

    public long Length => _file.Length;

    /// <summary>Compresses and appends one block, in a single write.</summary>
    public void Write(ReadOnlySpan<byte> raw, uint number)
    {
        var most = BlockFormat.BlockHead + BrotliEncoder.GetMaxCompressedLength(raw.Length);
        if (_stored.Length < most) { _stored = new byte[most]; }
        if (!BrotliEncoder.TryCompress(raw, _stored.AsSpan(BlockFormat.BlockHead), out var length, Quality, Window))
        {
            throw new IOException("a block of key-points cannot be compressed");
        }
        var block = _stored.AsSpan(0, BlockFormat.BlockHead + length);
        BinaryPrimitives.WriteUInt32LittleEndian(block, BlockFormat.BlockMagic);
        BinaryPrimitives.WriteUInt32LittleEndian(block[4..], (uint)length);
        BinaryPrimitives.WriteUInt32LittleEndian(block[8..], (uint)raw.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(block[12..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(block[16..], BlockFormat.Crc(block[BlockFormat.BlockHead..], BlockFormat.Crc(block[4..16])));
        _file.Write(block);
    }

    public void Dispose() => _file.Dispose();
}
