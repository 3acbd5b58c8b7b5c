namespace EdgePose.Delivery.Spool.Storage;

/// <summary>A file of a folder.</summary>
/// <param name="Name">Without the folder.</param>
/// <param name="Length">In bytes.</param>
internal readonly record struct FileEntry(string Name, long Length);

/// <summary>
/// Everything that the spool asks of a disk. It is a seam, so that tests can cut the power at every byte and refuse every operation.
/// All paths are absolute. Every failure is an <see cref="IOException"/> whose <see cref="Exception.HResult"/> is the errno where there is
/// one; see <see cref="Errno"/>. Nothing is durable before the sync that belongs to it: bytes need <see cref="IAppendFile.Sync"/>, names
/// (created, renamed, deleted) need <see cref="SyncFolder"/>.
/// </summary>
internal interface IFileSystem
{
    /// <summary>Creates the folder and its parents where they are absent.</summary>
    void CreateFolder(string folder);

    IReadOnlyList<FileEntry> List(string folder);

    bool Exists(string path);

    /// <summary>Creates an empty file, replacing one of that name.</summary>
    IAppendFile Create(string path);

    /// <summary>Opens an existing file, cuts it to <paramref name="length"/> bytes and appends from there.</summary>
    IAppendFile OpenAppend(string path, long length);

    /// <summary>Opens an existing file to write over what it holds, from its beginning; its length stays when no more is written.</summary>
    IAppendFile OpenOverwrite(string path);

    IReadFile OpenRead(string path);

    /// <summary>Replaces <paramref name="to"/> atomically.</summary>
    void Rename(string from, string to);

    /// <summary>Does nothing when there is no such file. A file that is open for reading stays readable.</summary>
    void Delete(string path);

    /// <summary>Makes the names in the folder durable.</summary>
    void SyncFolder(string folder);

    /// <summary>Bytes that this user may still write.</summary>
    long FreeSpace(string folder);

    /// <summary>
    /// Takes an exclusive lock that ends with the process, and writes <paramref name="owner"/> into the file. Null, with what the file says
    /// in <paramref name="holder"/>, when somebody else has it.
    /// </summary>
    IDisposable? TryLock(string path, string owner, out string holder);
}

internal interface IAppendFile : IDisposable
{
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Returns when the bytes are on the medium.</summary>
    void Sync();

    void Truncate(long length);
}

/// <summary>May be used from several threads, also while the file grows or is deleted.</summary>
internal interface IReadFile : IDisposable
{
    long Length { get; }

    /// <summary>Fills the buffer as far as the file goes and returns the number of bytes.</summary>
    int Read(long offset, Span<byte> into);
}

/// <summary>errno values (Linux) that the spool tells apart.</summary>
internal static class Errno
{
    public const int NoEntry = 2, InputOutput = 5, Access = 13, NoSpace = 28, ReadOnly = 30, Quota = 122;

    public static bool IsNoSpace(IOException e) => e.HResult is NoSpace or Quota;
}
