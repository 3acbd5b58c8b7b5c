using EdgePose.SystemTests.Peers;

namespace EdgePose.SystemTests.Ingest;

/// <summary>One folder with clips for all tests of this area, each made when first asked for.</summary>
public sealed class IngestFixture : IDisposable
{
    private readonly Lazy<string> _longClip, _shortClip;

    public IngestFixture()
    {
        Folder = Directory.CreateTempSubdirectory("edgepose-ingest-").FullName;
        _longClip = new Lazy<string>(() => Clip.Make(Folder, 120, "long.mp4"));
        _shortClip = new Lazy<string>(() => Clip.Make(Folder, 4, "short.mp4"));
    }

    public string Folder { get; }

    /// <summary>120 s, 1,800 frames.</summary>
    public string LongClip => _longClip.Value;

    /// <summary>4 s, 60 frames.</summary>
    public string ShortClip => _shortClip.Value;

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
