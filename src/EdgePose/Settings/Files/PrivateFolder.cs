namespace EdgePose.Settings.Files;

/// <summary>Makes folders that are their owner's alone.</summary>
internal static class PrivateFolder
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>
    /// Makes a folder and every folder on the way to it that does not exist, each with <paramref name="mode"/> whatever the umask of the process
    /// permits; .NET gives the mode to the last one only. What exists stays as it is.
    /// </summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not make it.</exception>
    public static void Create(string folder, UnixFileMode mode = OwnerOnly)
    {
        var missing = new Stack<string>();
        for (var at = Path.GetFullPath(folder); at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at)) { missing.Push(at); }
        foreach (var at in missing) { Directory.CreateDirectory(at, mode); }
        if (missing.Count == 0) { Directory.CreateDirectory(folder); }
    }
}
