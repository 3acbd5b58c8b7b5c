using System.Globalization;
using EdgePose.Delivery.Spool.Storage;

namespace EdgePose.Delivery.Spool;

/// <summary>One process, one folder: two writers would give the same numbers twice.</summary>
internal static class SpoolLock
{
    public const string FileName = "lock";

    /// <summary>Null, with the other's process id, when the folder is in use.</summary>
    public static IDisposable? TryTake(IFileSystem files, string folder, out string holder)
    {
        var taken = files.TryLock(Path.Combine(folder, FileName), Environment.ProcessId.ToString(CultureInfo.InvariantCulture), out holder);
        if (holder.Length == 0) { holder = "unknown"; }
        return taken;
    }
}
