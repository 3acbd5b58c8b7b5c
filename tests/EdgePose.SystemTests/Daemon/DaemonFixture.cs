using EdgePose.Peers;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Daemon;

/// <summary>
/// One folder with pieces of the public demo clip as H.264, for all tests of this area. They run one after the other, because their time
/// limits are promises to users. Without the clip or the default models they are skipped.
/// </summary>
public sealed class DaemonFixture : IAsyncLifetime
{
    private static readonly string Assets = Path.Combine(Repo.Root, "artifacts", "assets");
    private static readonly string Original = Path.Combine(Assets, "media", "vtest.avi");

    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-daemon-").FullName;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Original)) { return; }
        string[] encode = ["-nostdin", "-v", "error", "-i", Original, "-t", "20", "-an", "-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "main", "-crf", "26", "-g", "10", "-bf", "0", "-pix_fmt", "yuv420p"];
        await Tools.RunAsync("ffmpeg", [.. encode, Path.Combine(_folder, "piece.mp4")]);
        await Tools.RunAsync("ffmpeg", ["-nostdin", "-v", "error", "-stream_loop", "8", "-i", Path.Combine(_folder, "piece.mp4"), "-c", "copy", Path.Combine(_folder, "long.mp4")]);
        await Tools.RunAsync("ffmpeg", ["-nostdin", "-v", "error", "-i", Path.Combine(_folder, "piece.mp4"), "-c", "copy", "-t", "4", Path.Combine(_folder, "short.mp4")]);
    }

    /// <summary>Three minutes of a street with people, 768x576, 10 fps.</summary>
    public string People => Ready("long.mp4");

    /// <summary>The first 40 frames of it.</summary>
    public string FewPeople => Ready("short.mp4");

    private string Ready(string name)
    {
        NeedModels();
        Assert.SkipUnless(File.Exists(Original), "needs the demo clip artifacts/assets/media/vtest.avi: ./build.sh setup");
        return Path.Combine(_folder, name);
    }

    /// <summary>Folder of the default models; skips the test when they are not set up.</summary>
    public static string NeedModels()
    {
        var folder = Path.Combine(Assets, "models");
        Assert.SkipUnless(
            File.Exists(Path.Combine(folder, "centernet-person.onnx")) && File.Exists(Path.Combine(folder, "movenet-lightning.onnx")),
            "needs the default models in artifacts/assets/models: ./build.sh setup");
        return folder;
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}

[CollectionDefinition("Daemon", DisableParallelization = true)]
public sealed class DaemonSuite : ICollectionFixture<DaemonFixture>;
