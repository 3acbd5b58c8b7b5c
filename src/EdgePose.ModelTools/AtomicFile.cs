using System.Security.Cryptography;

namespace EdgePose.ModelTools;

/// <summary>Files that exist completely or not at all: written beside the target, flushed to the disk, then renamed over it.</summary>
internal static class AtomicFile
{
    /// <summary>Replaces <paramref name="path"/> by what <paramref name="write"/> produces.</summary>
    /// <exception cref="ModelToolsException">The folder cannot be written or the disk is full; the old file, if any, is
    /// untouched.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var full = Path.GetFullPath(path);
        var temporary = $"{full}.{Environment.ProcessId}.{Path.GetRandomFileName()}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelToolsException($"{path}: cannot be written: {e.Message}",
                "check the folder's permissions and the free space",
                e);
        }
        finally
        {
            if (File.Exists(temporary)) { File.Delete(temporary); }
        }
    }

    /// <summary>Lower-case hexadecimal SHA-256 of a file.</summary>
    public static string Sha256(string path)
    {
        using var stream = Open(path, long.MaxValue);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>Opens a file for reading after checking that it is not longer than <paramref name="limit"/> bytes.</summary>
    /// <exception cref="ModelToolsException">Missing, unreadable or too long.</exception>
    public static FileStream Open(string path, long limit)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelToolsException($"{path}: cannot be read: {e.Message}", "check the path", e);
        }
        if (stream.Length <= limit) { return stream; }
        var length = stream.Length;
        stream.Dispose();
        throw new ModelToolsException($"{path}: {length} bytes are too many, the limit is {limit}");
    }
}
