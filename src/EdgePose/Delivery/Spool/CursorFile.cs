using EdgePose.Delivery.Spool.Storage;

namespace EdgePose.Delivery.Spool;

/// <summary>
/// Keeps the cursor in two files that take turns, so that the one in force is never touched: a power cut or a rotten block costs the step
/// from one cursor to the next. Each file is made under another name, synced, renamed, and the folder is synced. From then on it is
/// written over in place, padded to whole blocks: that changes no metadata, so one flush does, and it needs no space on a full disk. On
/// a memory card it is the difference between some 300 and some 2,000 acknowledgements a second.
/// </summary>
internal sealed class CursorFile(IFileSystem files, string folder)
{
    private const int Block = 4096;
    private const string Temporary = ".tmp";
    private static readonly string[] Names = ["cursor-a", "cursor-b"];
    private readonly int[] _lengths = new int[Names.Length];

    /// <summary>Every intact cursor of the folder, newest first, and the number of files that hold none.</summary>
    public (IReadOnlyList<Cursor> Found, int Damaged) Read()
    {
        var (found, damaged) = (new List<Cursor>(), 0);
        foreach (var name in Names)
        {
            var path = Path.Combine(folder, name);
            if (!files.Exists(path)) { continue; }
            if (TryRead(path) is { } cursor) { found.Add(cursor); }
            else { damaged++; }
        }
        return (found.OrderByDescending(c => c.Generation).ToList(), damaged);
    }

    /// <exception cref="IOException">The former cursor is in force, or nobody knows.</exception>
    public void Write(Cursor cursor)
    {
        var slot = (int)(cursor.Generation & 1);
        var path = Path.Combine(folder, Names[slot]);
        var bytes = cursor.ToBytes();
        Array.Resize(ref bytes, (bytes.Length + Block - 1) / Block * Block);
        if (_lengths[slot] == bytes.Length && files.Exists(path))
        {
            using var file = files.OpenOverwrite(path);
            file.Write(bytes);
            file.Sync();
            return;
        }
        _lengths[slot] = 0;
        using (var file = files.Create(path + Temporary))
        {
            file.Write(bytes);
            file.Sync();
        }
        files.Rename(path + Temporary, path);
        files.SyncFolder(folder);
        _lengths[slot] = bytes.Length;
    }

    private Cursor? TryRead(string path)
    {
        try
        {
            using var file = files.OpenRead(path);
            var bytes = new byte[Math.Min(file.Length, 2 << 20)];
            return file.Read(0, bytes) == bytes.Length ? Cursor.Read(bytes) : null;
        }
        catch (IOException)
        {
            // Unreadable is as good as damaged: the other one counts.
            return null;
        }
    }
}
