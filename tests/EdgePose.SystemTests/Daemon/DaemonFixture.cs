using EdgePose.Peers;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Daemon;

/// <summary>One folder with clips for the tests of the daemon, each made when first asked for.</summary>
public sealed class DaemonFixture : IDisposable
{
    private static readonly string Assets = Path.Combine(Repo.Root, "artifacts", "assets");
    private static readonly string Original = Path.Combine(Assets, "media", "vtest.avi");

    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-daemon-").FullName;
    private readonly Lazy<string> _street, _shortStreet, _figure, _shortFigure;

    public DaemonFixture()
    {
        _street = new Lazy<string>(() => Make("street.mp4", "-stream_loop", "8", "-i", Piece(), "-c", "copy"));
        _shortStreet = new Lazy<string>(() => Make("short.mp4", "-i", People, "-c", "copy", "-t", "4"));
        _figure = new Lazy<string>(MakeFigure);
        _shortFigure = new Lazy<string>(() => Make("figure-short.mp4", "-i", Figure, "-c", "copy", "-t", "4"));
    }

    /// <summary>Three minutes of a street with people, 768x576, 10 fps: for tests that are about people, as the default models keep a core busy.</summary>
    public string People => Ready(_street);

    /// <summary>The first 40 frames of it.</summary>
    public string FewPeople => Ready(_shortStreet);

    /// <summary>Three minutes of somebody whom <see cref="TinyNetwork"/> sees, to and fro in 64x64 pixels, 10 fps.</summary>
    public string Figure => _figure.Value;

    /// <summary>The first four seconds of it.</summary>
    public string ShortFigure => _shortFigure.Value;

    private static string Ready(Lazy<string> clip)
    {
        NeedModels();
        Need.FromSetup(File.Exists(Original), "needs the demo clip artifacts/assets/media/vtest.avi: ./build.sh setup");
        return clip.Value;
    }

    private string Piece() => Make("piece.mp4", ["-i", Original, "-t", "20", "-an", .. H264(10), "-crf", "26"]);

    private string MakeFigure()
    {
        const string Body = "color=black:size=16x48:rate=10,drawbox=x=4:y=0:w=8:h=8:color=red:t=fill,drawbox=x=0:y=20:w=8:h=8:color=lime:t=fill,drawbox=x=8:y=40:w=8:h=8:color=blue:t=fill";
        return Make("figure.mp4",
        [
            "-f", "lavfi", "-i", "color=black:size=64x64:rate=10", "-f", "lavfi", "-i", Body, "-filter_complex", @"overlay=x=abs(mod(n\,96)-48):y=8",
            "-t", "180", .. H264(10), "-crf", "12",
        ]);
    }

    private static string[] H264(int keyEvery) =>
        ["-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "main", "-g", $"{keyEvery}", "-bf", "0", "-pix_fmt", "yuv420p"];

    private string Make(string name, params string[] arguments)
    {
        var path = Path.Combine(_folder, name);
        Tools.RunAsync("ffmpeg", ["-nostdin", "-v", "error", "-y", .. arguments, path]).GetAwaiter().GetResult();
        return path;
    }

    /// <summary>Folder of the default models; skips the test when they are not set up.</summary>
    public static string NeedModels()
    {
        var folder = Path.Combine(Assets, "models");
        Need.FromSetup(
            File.Exists(Path.Combine(folder, "centernet-person.onnx")) && File.Exists(Path.Combine(folder, "movenet-lightning.onnx")),
            "needs the default models in artifacts/assets/models: ./build.sh setup");
        return folder;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
