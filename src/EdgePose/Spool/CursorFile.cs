using EdgePose.Spool.Storage;

namespace EdgePose.Spool;

/// <summary>
/// Keeps the cursor in two files that take turns. Each is written under another name, synced, renamed, and the folder is synced; so
/// a power cut leaves the old or the new one, and a cursor that rots on the disk leaves the one before it.
/// </summary>
internal sealed class CursorFile(IFileSystem files, string folder)
{
    private const string Temporary = ".tmp";
    private static readonly string[] Names = ["cursor-a", "cursor-b"];

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

    /// <exception cref="IOException">Nothing has changed on disk, or nobody knows.</exception>
    public void Write(Cursor cursor)
    {
        var path = Path.Combine(folder, Names[cursor.Generation & 1]);
        using (var file = files.Create(path + Temporary))
        {
            file.Write(cursor.ToBytes());
            file.Sync();
        }
        files.Rename(path + Temporary, path);
        files.SyncFolder(folder);
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
