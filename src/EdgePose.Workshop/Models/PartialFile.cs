namespace EdgePose.Workshop.Models;

/// <summary>
/// The part of a download that has arrived, with the server's tag of the version that it belongs to: without the tag nobody can know whether
/// the rest still fits.
/// </summary>
internal sealed class PartialFile(string path, Func<string, FileMode, Stream> open)
{
    public const string TagSuffix = ".etag";

    public string Path { get; } = path;

    /// <summary>Bytes present, 0 when they cannot be continued.</summary>
    public long Length => Tag.Length > 0 && File.Exists(Path) ? new FileInfo(Path).Length : 0;

    /// <summary>The server's strong tag for the version of which the part is; empty when there is none.</summary>
    public string Tag => File.Exists(Path + TagSuffix) ? File.ReadAllText(Path + TagSuffix).Trim() : "";

    /// <summary>Opens the file to append, or anew with the tag of what will come.</summary>
    public Stream Open(bool append, string tag)
    {
        if (append) { return open(Path, FileMode.Append); }
        File.Delete(Path);
        File.Delete(Path + TagSuffix);
        if (tag.Length > 0) { File.WriteAllText(Path + TagSuffix, tag); }
        return open(Path, FileMode.Create);
    }

    public void Delete()
    {
        File.Delete(Path);
        File.Delete(Path + TagSuffix);
    }
}
