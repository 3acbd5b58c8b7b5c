using System.Runtime.InteropServices;
using EdgePose.Settings.Files;
using Microsoft.Win32.SafeHandles;

namespace EdgePose.Delivery.Spool.Storage;

/// <summary>
/// The disk. .NET's own flush calls fsync and overlooks some of its errors, and .NET cannot sync a folder: both go to libc directly.
/// </summary>
internal sealed partial class PosixFileSystem : IFileSystem
{
    private const int CloseOnExec = 0x80000; // O_CLOEXEC; read only
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public void CreateFolder(string folder) => Run(folder, () => PrivateFolder.Create(folder));

    public IReadOnlyList<FileEntry> List(string folder) =>
        Run<IReadOnlyList<FileEntry>>(folder, () => [.. new DirectoryInfo(folder).EnumerateFiles().Select(f => new FileEntry(f.Name, f.Length))]);

    public bool Exists(string path) => File.Exists(path);

    public IAppendFile Create(string path) => Run(path, () => new AppendFile(Open(path, FileMode.Create), 0));

    public IAppendFile OpenAppend(string path, long length) => Run(path, () =>
    {
        var handle = Open(path, FileMode.Open);
        try { RandomAccess.SetLength(handle, length); }
        catch
        {
            handle.Dispose();
            throw;
        }
        return new AppendFile(handle, length);
    });

    public IAppendFile OpenOverwrite(string path) => Run(path, () => new AppendFile(Open(path, FileMode.Open), 0));

    public IReadFile OpenRead(string path) => Run(path, () => new ReadFile(File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete)));

    public void Rename(string from, string to) => Run(to, () => File.Move(from, to, overwrite: true));

    public void Delete(string path) => Run(path, () =>
    {
        try { File.Delete(path); }
        catch (DirectoryNotFoundException)
        {
            // No folder, no file: as asked.
            return;
        }
    });

    public void SyncFolder(string folder)
    {
        var descriptor = OpenDescriptor(folder, CloseOnExec);
        if (descriptor < 0) { throw Failure(folder, Marshal.GetLastPInvokeError()); }
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (FSync(handle) != 0) { throw Failure(folder, Marshal.GetLastPInvokeError()); }
    }

    public long FreeSpace(string folder) => Run(folder, () => new DriveInfo(folder).AvailableFreeSpace);

    public IDisposable? TryLock(string path, string owner, out string holder)
    {
        holder = "";
        FileStream file;
        try
        {
            // FileShare.None is flock(LOCK_EX) on Linux; it is released when the process ends, however it ends.
            file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0, UnixCreateMode = OwnerOnly,
            });
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException) && e.HResult is not (Errno.NoSpace or Errno.ReadOnly or Errno.Quota))
        {
            holder = Run(path, () => ReadLocked(path));
            return null;
        }
        catch (UnauthorizedAccessException e) { throw Failure(path, Errno.Access, e); }
        return Run(path, () =>
        {
            file.SetLength(0);
            file.Write(System.Text.Encoding.ASCII.GetBytes(owner));
            return file;
        });
    }

    /// <summary>What the lock file says while somebody holds the lock; empty when nobody does.</summary>
    public static string HolderOf(string path) => Run(path, () =>
    {
        if (!File.Exists(path)) { return ""; }
        try
        {
            // A shared lock, which an exclusive one refuses.
            File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite).Dispose();
            return "";
        }
        catch (IOException e) when (e is not FileNotFoundException) { return ReadLocked(path); }
    });

    private static SafeFileHandle Open(string path, FileMode mode)
    {
        if (mode == FileMode.Create && !File.Exists(path)) { new FileStream(path, NewFile).Dispose(); }
        return File.OpenHandle(path, mode, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
    }

    private static readonly FileStreamOptions NewFile = new()
    {
        Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, UnixCreateMode = OwnerOnly,
    };

    // .NET takes a lock of its own with every open, which a locked file refuses.
    private static string ReadLocked(string path)
    {
        var descriptor = OpenDescriptor(path, CloseOnExec);
        if (descriptor < 0) { throw Failure(path, Marshal.GetLastPInvokeError()); }
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        var text = new byte[64];
        return System.Text.Encoding.ASCII.GetString(text, 0, RandomAccess.Read(handle, text, 0)).Trim();
    }

    private static void Run(string path, Action action) => Run(path, () =>
    {
        action();
        return true;
    });

    private static T Run<T>(string path, Func<T> action)
    {
        try { return action(); }
        catch (UnauthorizedAccessException e) { throw Failure(path, Errno.Access, e); }
        catch (FileNotFoundException e) { throw Failure(path, Errno.NoEntry, e); }
        catch (DirectoryNotFoundException e) { throw Failure(path, Errno.NoEntry, e); }
    }

    private static IOException Failure(string path, int errno, Exception? inner = null) =>
        new($"{path}: {Marshal.GetPInvokeErrorMessage(errno)}", inner) { HResult = errno };

    private sealed class AppendFile(SafeFileHandle handle, long length) : IAppendFile
    {
        private long _length = length;

        public void Write(ReadOnlySpan<byte> bytes)
        {
            RandomAccess.Write(handle, bytes, _length);
            _length += bytes.Length;
        }

        public void Sync()
        {
            if (FDataSync(handle) != 0) { throw Failure("fdatasync", Marshal.GetLastPInvokeError()); }
        }

        public void Truncate(long length)
        {
            RandomAccess.SetLength(handle, length);
            _length = length;
        }

        public void Dispose() => handle.Dispose();
    }

    private sealed class ReadFile(SafeFileHandle handle) : IReadFile
    {
        public long Length => RandomAccess.GetLength(handle);

        public int Read(long offset, Span<byte> into)
        {
            var total = 0;
            while (total < into.Length && RandomAccess.Read(handle, into[total..], offset + total) is > 0 and var n) { total += n; }
            return total;
        }

        public void Dispose() => handle.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenDescriptor(string path, int flags);
}
