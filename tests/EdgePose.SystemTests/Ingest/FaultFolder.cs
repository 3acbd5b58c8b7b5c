using EdgePose.SystemTests.Peers;

namespace EdgePose.SystemTests.Ingest;

/// <summary>The folder of one class of fault tests. They run beside one another, because they mostly wait: a file belongs to one test.</summary>
public sealed class FaultFolder : IDisposable
{
    private readonly Lazy<string> _longClip;

    public FaultFolder()
    {
        Folder = Directory.CreateTempSubdirectory("edgepose-fault-").FullName;
        _longClip = new Lazy<string>(() => Clip.Make(Folder, 90, "long.mp4"));
    }

    public string Folder { get; }

    /// <summary>90 s of the moving test picture, made when first asked for.</summary>
    public string LongClip => _longClip.Value;

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
