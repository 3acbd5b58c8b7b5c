using System.Runtime.InteropServices;
using EdgePose.Delivery.Spool.Storage;

namespace EdgePose.Delivery.Spool;

/// <summary>What can be said about a spool's folder without opening it.</summary>
/// <param name="Exists">False: it will be made.</param>
/// <param name="IsWritable">Of the folder, or of the nearest folder above it that exists, for this user.</param>
/// <param name="FreeBytes">For this user.</param>
/// <param name="Holder">Process that uses it; empty when none does.</param>
/// <param name="DeadLetters">Refused records that are kept there.</param>
internal sealed record SpoolCondition(bool Exists, bool IsWritable, long FreeBytes, string Holder, int DeadLetters);

/// <summary>Looks at a folder and changes nothing: it may be looked at by another user than the one who will run.</summary>
internal static partial class SpoolCheck
{
    private const int WriteAndSearch = 2 | 1; // W_OK | X_OK

    /// <exception cref="IOException">The folder cannot be looked at.</exception>
    public static SpoolCondition Look(string folder)
    {
        var files = new PosixFileSystem();
        if (files.Exists(folder)) { throw new IOException("it is a file, not a folder"); }
        var nearest = new DirectoryInfo(folder);
        while (!nearest.Exists && nearest.Parent is { } parent) { nearest = parent; }
        return new SpoolCondition(
            Directory.Exists(folder), Access(nearest.FullName, WriteAndSearch) == 0, files.FreeSpace(nearest.FullName),
            PosixFileSystem.HolderOf(Path.Combine(folder, SpoolLock.FileName)), DeadLetters.Read(files, folder).Count);
    }

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
