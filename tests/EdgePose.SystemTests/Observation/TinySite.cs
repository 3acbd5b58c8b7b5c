using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using EdgePose.Peers;
using EdgePose.Service.Observe;

namespace EdgePose.SystemTests.Observation;

/// <summary>
/// A folder with a network of four operators, a clip of 64 x 64 pixels and a configuration: a daemon whose frames cost next to nothing, so
/// that many of them go through in the time of a test.
/// </summary>
internal sealed class TinySite : IDisposable
{
    public const string Model = TinyNetwork.Name;
    public const int Rate = 25;

    public TinySite()
    {
        Folder = Directory.CreateTempSubdirectory("edgepose-tiny-").FullName;
        TinyNetwork.Write(Folder);
    }

    public string Folder { get; }
    public string ConfigPath => Path.Combine(Folder, "edgepose.yaml");
    public string Socket => Path.Combine(Folder, "status.sock");
    public int MetricsPort { get; } = Tools.FreePort();
    public Uri Page(string path) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{MetricsPort}{path}"));

    /// <summary>A clip without compression; 64 x 64 pixels unless the name says otherwise.</summary>
    public async Task<string> ClipAsync(int frames, string name = "clip.nut")
    {
        var path = Path.Combine(Folder, name);
        if (File.Exists(path)) { return path; }
        string[] arguments =
        [
            "-nostdin", "-v", "error", "-f", "lavfi", "-i", $"testsrc2=size=64x64:rate={Rate}", "-frames:v", frames.ToString(CultureInfo.InvariantCulture),
            "-c:v", "rawvideo", "-pix_fmt", "yuv420p", path,
        ];
        await Tools.RunAsync("ffmpeg", arguments);
        return path;
    }

    /// <summary>Writes the configuration; <paramref name="streams"/> are the lines below <c>streams:</c>.</summary>
    public void Configure(string streams, string more = "") => File.WriteAllText(ConfigPath, string.Create(CultureInfo.InvariantCulture, $$"""
        node: tiny-box
        models: { folders: ["{{Folder}}"] }
        inference: { providers: [cpu], threads: 1 }
        pose: { model: {{Model}}, max_people: 2 }
        poses: { max_rate: 1 }
        metrics: { listen: "127.0.0.1:{{MetricsPort}}" }
        status: { socket: "{{Socket}}" }
        {{more}}
        streams:
        {{streams}}
        """));

    public EdgePoseProcess Run(params string[] more) => EdgePoseProcess.Start(["run", "--config", ConfigPath, "--stdout", .. more]);

    /// <summary>The next snapshot of the daemon's status socket; null when nobody answers.</summary>
    public async Task<NodeSnapshot?> SnapshotAsync()
    {
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await client.ConnectAsync(new UnixDomainSocketEndPoint(Socket));
            using var reader = new StreamReader(new NetworkStream(client));
            return await reader.ReadLineAsync() is { } line ? JsonSerializer.Deserialize(line, SnapshotJson.Default.NodeSnapshot) : null;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return null;
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
