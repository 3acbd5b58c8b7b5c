using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using EdgePose.Domain;
using EdgePose.Workshop.Media;

namespace EdgePose.Workshop.Demo;

/// <summary>
/// Everything the demo puts around the daemon, all on loopback and all real: a broker, an RTSP server when GStreamer's is installed,
/// the daemon as its own process, and an independent subscriber.
/// </summary>
internal sealed class Stage : IAsyncDisposable
{
    private readonly List<Child> _children = [];
    private Child? _daemon;

    private Stage(string folder) => Folder = folder;

    public string Folder { get; }
    public string ConfigFile => Path.Combine(Folder, "demo.yaml");
    public string Source { get; private set; } = "";
    public bool OverRtsp { get; private set; }
    public int BrokerPort { get; private set; }
    public bool DaemonRuns => _daemon is { HasExited: false };
    public string DaemonErrors => _daemon?.LastErrors ?? "";

    public static async Task<Stage> SetAsync(DemoOptions options, Observer observer, Action<string> say, CancellationToken stop)
    {
        var stage = new Stage(Directory.CreateTempSubdirectory("edgepose-demo-").FullName);
        try
        {
            await stage.StartBrokerAsync(say, stop);
            await stage.StartSourceAsync(options, say, stop);
            stage.StartSubscriber(observer, say);
            stage.StartDaemon(options, say);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the daemon as systemd would; its exit code tells whether it left cleanly.</summary>
    public Task<int> StopDaemonAsync() => _daemon!.StopAsync(TimeSpan.FromSeconds(10));

    private async Task StartBrokerAsync(Action<string> say, CancellationToken stop)
    {
        BrokerPort = Child.FreePort();
        var configuration = Path.Combine(Folder, "mosquitto.conf");
        await File.WriteAllTextAsync(configuration, string.Create(CultureInfo.InvariantCulture, $"listener {BrokerPort} 127.0.0.1\nallow_anonymous true\n"), stop);
        // Started as root, mosquitto gives up its rights and must still be able to read its file.
        File.SetUnixFileMode(Folder, File.GetUnixFileMode(Folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var broker = Child.Start(Child.Require("mosquitto", "mosquitto"), ["-c", configuration]);
        _children.Add(broker);
        await WaitForPortAsync(BrokerPort, broker, "mosquitto", stop);
        say($"broker    mosquitto on 127.0.0.1:{BrokerPort}");
    }

    private async Task StartSourceAsync(DemoOptions options, Action<string> say, CancellationToken stop)
    {
        Source = Path.GetFullPath(options.Clip);
        if (options.NoRtsp || !await HasRtspServerAsync(stop))
        {
            say($"source    {Source} (file{(options.NoRtsp ? "" : "; GStreamer's RTSP server is not installed")})");
            return;
        }
        var clip = Path.Combine(Folder, "clip.mp4");
        say("source    preparing the clip for RTSP (H.264)...");
        await new FfmpegOnOwnNames(Child.Require("ffmpeg", "ffmpeg")).PrepareForRtspAsync(Source, clip, TimeSpan.FromSeconds(options.Seconds + 20), stop);
        var port = Child.FreePort();
        var script = await ReadScriptAsync();
        var server = Child.Start("/usr/bin/python3", ["-", port.ToString(CultureInfo.InvariantCulture), clip], input: script);
        _children.Add(server);
        await WaitForPortAsync(port, server, "the RTSP server", stop);
        (Source, OverRtsp) = ($"rtsp://127.0.0.1:{port}/clip", true);
        say($"source    {Source} (GStreamer's RTSP server)");
    }

    private void StartSubscriber(Observer observer, Action<string> say)
    {
        var program = Child.Require("mosquitto_sub", "mosquitto-clients");
        _children.Add(Child.Start(program,
            ["-h", "127.0.0.1", "-p", BrokerPort.ToString(CultureInfo.InvariantCulture), "-V", "mqttv5", "-t", "edgepose/#", "-F", "%t\t%p"], observer.OnLine));
        say("subscriber mosquitto_sub on edgepose/#");
    }

    private void StartDaemon(DemoOptions options, Action<string> say)
    {
        File.WriteAllText(ConfigFile, Configuration(options));
        var self = Environment.ProcessPath ?? throw new UserError(ExitCode.Failed, "the path of this program is unknown");
        string[] prefix = Path.GetFileNameWithoutExtension(self) == "dotnet" ? [Assembly.GetEntryAssembly()!.Location] : [];
        _daemon = Child.Start(self, [.. prefix, "run", "--config", ConfigFile]);
        say($"daemon    edgepose run --config {ConfigFile}");
    }

    private string Configuration(DemoOptions options)
    {
        var folders = string.Join(", ", options.ModelFolders.Select(f => Quote(Path.GetFullPath(f))));
        var detector = options.Detector.Length > 0 ? $", detector: {options.Detector}" : "";
        return string.Create(CultureInfo.InvariantCulture, $$"""
            node: demo
            mqtt: { url: "mqtt://127.0.0.1:{{BrokerPort}}" }
            spool: { folder: {{Quote(Path.Combine(Folder, "spool"))}} }
            models: { folders: [{{folders}}] }
            pose: { model: {{options.Model}}{{detector}}, profile: {{options.Profile}} }
            poses: { max_rate: 60 }
            streams:
              clip: { url: {{Quote(Source)}}, fps: {{options.Fps}} }

            """);
    }

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static async Task<bool> HasRtspServerAsync(CancellationToken stop)
    {
        if (!File.Exists("/usr/bin/python3")) { return false; }
        try
        {
            await Child.RunAsync("/usr/bin/python3", ["-c", "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"], stop);
            return true;
        }
        catch (UserError)
        {
            // Not installed: the caller says so and plays the file.
            return false;
        }
    }

    private static async Task<string> ReadScriptAsync()
    {
        await using var stream = typeof(Stage).Assembly.GetManifestResourceStream("rtsp_server.py")
            ?? throw new InvalidOperationException("the RTSP server script is not in the program");
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    private static async Task WaitForPortAsync(int port, Child child, string name, CancellationToken stop)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (child.HasExited) { throw new UserError(ExitCode.Failed, $"{name} ended at once: {child.LastErrors}"); }
            using var probe = new System.Net.Sockets.TcpClient();
            try
            {
                await probe.ConnectAsync("127.0.0.1", port, stop);
                return;
            }
            catch (System.Net.Sockets.SocketException) when (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(15))
            {
                await Task.Delay(100, stop);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null) { await _daemon.DisposeAsync(); }
        foreach (var child in Enumerable.Reverse(_children)) { await child.DisposeAsync(); }
        foreach (var file in Directory.GetFiles(Folder, "*.mp4")) { File.Delete(file); }
    }
}
