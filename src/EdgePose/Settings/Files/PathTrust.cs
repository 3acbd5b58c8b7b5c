namespace EdgePose.Settings.Files;

/// <summary>
/// Whether a path leads only where root or this user decided. In a folder that everybody may write to, such as /tmp, another user can be first
/// to make the name, as a link, as a pipe, or as a folder in which everything can be exchanged later.
/// </summary>
internal static class PathTrust
{
    private const int MostLinks = 8;

    /// <summary>Why the folder cannot be trusted; empty when it can, or when it does not exist but the way to it is good.</summary>
    /// <param name="folder">Absolute.</param>
    /// <param name="delegated">A folder of another user will do where only root or this user could have put it there, such as a service's in /run.</param>
    /// <exception cref="IOException">A part cannot be looked at.</exception>
    public static string Problem(string folder, bool delegated = false) => Problem(folder, delegated, MostLinks);

    private static string Problem(string folder, bool delegated, int links)
    {
        var (way, everybodyWrites) = ("/", false);
        foreach (var name in Path.GetFullPath(folder).Split('/', StringSplitOptions.RemoveEmptyEntries).Prepend(""))
        {
            var parent = way;
            way = Path.Combine(way, name);
            if (FileLook.At(way) is not { } look) { return ""; }
            if (!look.IsMineOrRoots && (!delegated || everybodyWrites)) { return $"{way} belongs to another user"; }
            if (look.Kind == FileKind.Link)
            {
                if (links == 0) { return $"{way} leads through too many links"; }
                var target = Path.GetFullPath(new FileInfo(way).LinkTarget ?? "", parent);
                return Problem(target + Path.GetFullPath(folder)[way.Length..], delegated, links - 1);
            }
            if (look.Kind != FileKind.Folder) { return $"{way} is no folder"; }
            everybodyWrites = look.Mode.HasFlag(UnixFileMode.OtherWrite);
            if (everybodyWrites && !look.Mode.HasFlag(UnixFileMode.StickyBit)) { return $"everybody may write to {way}"; }
        }
        return "";
    }
}
