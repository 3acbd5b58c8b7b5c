using EdgePose.SystemTests.Peers;

namespace EdgePose.SystemTests.Ingest;

/// <summary>One folder with one long clip for all tests of this area. They run one after the other: each counts ffmpeg processes.</summary>
public sealed class IngestFixture : IDisposable
{
    public IngestFixture()
    {
        Folder = Directory.CreateTempSubdirectory("edgepose-ingest-").FullName;
        LongClip = Clip.Make(Folder, 120, "long.mp4");
        ShortClip = Clip.Make(Folder, 4, "short.mp4");
    }

    public string Folder { get; }

    /// <summary>120 s, 1,800 frames.</summary>
    public string LongClip { get; }

    /// <summary>4 s, 60 frames.</summary>
    public string ShortClip { get; }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

[CollectionDefinition("Ingest", DisableParallelization = true)]
public sealed class IngestSuite : ICollectionFixture<IngestFixture>;
