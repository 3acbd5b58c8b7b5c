using System.Globalization;
using System.Runtime.InteropServices;
using EdgePose.Settings.Files;

namespace EdgePose.Service.Checks;

/// <summary>The folder of the recordings: whether this user can make it and write to it. Changes nothing.</summary>
internal static partial class FolderLook
{
    private const int WriteAndSearch = 2 | 1; // W_OK | X_OK

    /// <summary>One line for <c>edgepose check</c>.</summary>
    /// <param name="section">Section of the finding.</param>
    /// <param name="key">The key that names the folder.</param>
    /// <param name="folder">Absolute.</param>
    /// <param name="needed">Bytes that will be used.</param>
    public static Finding At(string section, string key, string folder, long needed)
    {
        try
        {
            var nearest = folder;
            while (FileLook.Behind(nearest) is null && Path.GetDirectoryName(nearest) is { } parent) { nearest = parent; }
            if (FileLook.Behind(nearest) is not { Kind: FileKind.Folder }) { return Bad($"{key}: {nearest} is no folder"); }
            var shown = nearest == folder ? folder : $"{folder} (will be made)";
            if (Access(nearest, WriteAndSearch) != 0)
            {
                var reason = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
                return Bad($"{key}: {shown} cannot be written by this user ({nearest}: {reason}); name another folder, or run as the user of the service");
            }
            var drive = new DriveInfo(nearest);
            // Such as /proc, which says yes and makes nothing.
            if (drive.TotalSize == 0) { return Bad($"{key}: {shown} is no place for files; name a folder on a disk"); }
            var room = string.Create(CultureInfo.InvariantCulture, $"{shown}: {drive.AvailableFreeSpace >> 20} MiB free, at most {needed >> 20} MiB used");
            return drive.AvailableFreeSpace < needed ? new Finding(section, Verdict.Warning, $"{key}: {room}") : new Finding(section, Verdict.Ok, room);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Bad($"{key}: {folder} cannot be looked at: {e.Message}");
        }

        Finding Bad(string text) => new(section, Verdict.Error, text);
    }

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
