using System.Buffers.Binary;
using EdgePose.Delivery.Spool.Format;
using EdgePose.Delivery.Spool.Storage;

namespace EdgePose.Delivery.Memory;

/// <summary>
/// Keeps one document in two files that take turns, so that the one in force is never touched: whatever a crash, a power cut or a rotten block
/// does to a write, the document before it is still there. A file is made under another name, synced, renamed, and the folder is synced; from
/// then on it is written over in place, padded to whole blocks, as long as its length stays.
/// </summary>
/// <param name="files">The disk.</param>
/// <param name="folder">Folder of the files; made when it is absent.</param>
/// <param name="name">The files are <c>name-a</c> and <c>name-b</c>.</param>
internal sealed class TwinFile(IFileSystem files, string folder, string name)
{
    private const int Block = 4096, Head = 24, Most = 8 << 20;
    private const uint Magic = 0x4e_54_50_45; // EPTN
    private const uint Version = 1;
    private static readonly string[] Slots = ["a", "b"];

    private readonly int[] _lengths = new int[Slots.Length];
    private long _generation;
    private bool _hasFolder;

    /// <summary>The newest document that is whole, null when there is none, and the number of files that hold none.</summary>
    public (byte[]? Document, int Damaged) Read()
    {
        var (newest, damaged) = (((long Generation, byte[] Body)?)null, 0);
        foreach (var path in Slots.Select(PathOf))
        {
            if (!files.Exists(path)) { continue; }
            if (TryRead(path) is not { } read) { damaged++; }
            else if (newest is not { } known || read.Generation > known.Generation) { newest = read; }
        }
        _generation = newest?.Generation ?? 0;
        return (newest?.Body, damaged);
    }

    /// <summary>Returns when the document is on the medium.</summary>
    /// <exception cref="IOException">The former document is in force, or nobody knows.</exception>
    public void Write(ReadOnlySpan<byte> document)
    {
        if (document.Length > Most - Head) { throw new IOException($"{name}: {document.Length} bytes are more than a document may have"); }
        if (!_hasFolder)
        {
            files.CreateFolder(folder);
            files.SyncFolder(Path.GetDirectoryName(folder) ?? folder);
            _hasFolder = true;
        }
        var bytes = new byte[(Head + document.Length + Block - 1) / Block * Block];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), Version);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), _generation + 1);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), document.Length);
        document.CopyTo(bytes.AsSpan(Head));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(20), Checksum(bytes, document.Length));
        Write((int)((_generation + 1) & 1), bytes);
        _generation++;
    }

    private void Write(int slot, byte[] bytes)
    {
        var path = PathOf(Slots[slot]);
        if (_lengths[slot] == bytes.Length && files.Exists(path))
        {
            using var file = files.OpenOverwrite(path);
            file.Write(bytes);
            file.Sync();
            return;
        }
        _lengths[slot] = 0;
        using (var file = files.Create(path + ".tmp"))
        {
            file.Write(bytes);
            file.Sync();
        }
        files.Rename(path + ".tmp", path);
        files.SyncFolder(folder);
        _lengths[slot] = bytes.Length;
    }

    private (long Generation, byte[] Body)? TryRead(string path)
    {
        try
        {
            using var file = files.OpenRead(path);
            var bytes = new byte[Math.Min(file.Length, Most)];
            if (file.Read(0, bytes) != bytes.Length || bytes.Length < Head || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic) { return null; }
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(16));
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4)) != Version || length < 0 || length > bytes.Length - Head) { return null; }
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(20)) != Checksum(bytes, length)) { return null; }
            return (BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8)), bytes[Head..(Head + length)]);
        }
        catch (IOException)
        {
            // Unreadable is as good as damaged: the other one counts.
            return null;
        }
    }

    private static uint Checksum(byte[] bytes, int length) => Crc32C.Append(Crc32C.Append(0, bytes.AsSpan(0, 20)), bytes.AsSpan(Head, length));

    private string PathOf(string slot) => Path.Combine(folder, $"{name}-{slot}");
}
