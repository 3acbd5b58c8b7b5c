namespace EdgePose.Workshop.Media;

/// <summary>
/// A file of the user's under a name of our own: a symbolic link in a temporary folder. Whatever the file is called (quotes, spaces, a leading
/// dash, line breaks), only the link's name is passed on.
/// </summary>
internal sealed class OwnName : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-media-").FullName;

    public OwnName(string file)
    {
        Link = Path.Combine(_folder, "media");
        File.CreateSymbolicLink(Link, Path.GetFullPath(file));
    }

    public string Link { get; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
