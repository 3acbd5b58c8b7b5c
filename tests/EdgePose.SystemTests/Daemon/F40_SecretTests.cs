using EdgePose.Peers;
using EdgePose.SystemTests.Peers;

namespace EdgePose.SystemTests.Daemon;

public sealed class F40_SecretTests(DaemonFixture fixture, ITestOutputHelper output)
{
    private const string Camera = "c4m-canary %2F/@:#?&=+é", Broker = "brk-canary /%@:#?&";

    [Fact]
    public async Task Passwords_AreInNoLogLineProcessListEnvironmentOrMessage()
    {
        using var server = new RtspServer(fixture.Figure, "viewer", Camera);
        await using var broker = await MosquittoBroker.StartAsync(new BrokerOptions
        {
            Users = new Dictionary<string, string> { ["edgepose"] = Broker, ["witness"] = "w" },
        });
        await using var sub = await MosquittoSub.StartAsync(broker, user: "witness", password: "w");
        using var site = Site.OfFigures();
        site.AddCredential("camera.front", Camera);
        site.AddCredential("mqtt.password", Broker);
        Configure(site, broker, server, "fps: 5");
        await using var daemon = site.Run();
        using var enough = new CancellationTokenSource();
        var watching = WatchAsync(enough.Token);

        await PoseMessage.WaitAsync(sub, daemon, "cam");
        foreach (var (stream, state) in ((string, string)[])[("nobody", "unreachable"), ("nothing", "not_found"), ("denied", "auth_failed")])
        {
            await sub.WaitForAsync(m => m.Topic == Site.Topic($"streams/{stream}/state") && m.Payload.Contains($"\"{state}\"", StringComparison.Ordinal));
        }
        server.Kill();
        await sub.WaitForAsync(m => m.Topic == Site.Topic("streams/cam/state") && m.Payload.Contains("\"unreachable\"", StringComparison.Ordinal));
        server.Start();
        await PoseMessage.WaitAsync(sub, daemon, "cam", 1);
        Configure(site, broker, server, "fsp: 5");
        daemon.Signal(EdgePoseProcess.SigHup);
        await daemon.WaitForLogAsync("reload refused");
        daemon.Signal(EdgePoseProcess.SigTerm);
        Assert.Equal(0, await daemon.WaitForExitAsync(Tools.Patience));

        await enough.CancelAsync();
        var (rounds, found) = await watching;
        var log = string.Join('\n', daemon.Log.Concat(daemon.Output));
        output.WriteLine($"{daemon.Log.Count} log lines, {sub.Seen.Count} messages, {rounds} looks at every process");
        Assert.InRange(rounds, 5, int.MaxValue);
        Assert.Contains(" DBG ", log, StringComparison.Ordinal); // the log was at its loudest
        Assert.True(found.Count == 0, string.Join('\n', found));
        Assert.All(Forms(), form => Assert.DoesNotContain(form, log, StringComparison.Ordinal));
        var messages = string.Join('\n', sub.Seen);
        Assert.All(Forms(), form => Assert.DoesNotContain(form, messages, StringComparison.Ordinal));
    }

    /// <summary>A camera that works and three that make ffmpeg print addresses.</summary>
    private static void Configure(Site site, MosquittoBroker broker, RtspServer server, string rate)
    {
        const string login = "user: viewer, password: \"${credential:camera.front}\"";
        site.Configure(broker.Port, $$"""
            cam: { url: {{server.Url}}, {{login}}, {{rate}} }
            nobody: { url: "rtsp://127.0.0.1:{{RtspServer.FreePort()}}/cam", {{login}} }
            nothing: { url: {{server.Url}}era, {{login}} }
            denied: { url: {{server.Url}}, user: wrong, password: "${credential:mqtt.password}" }
            """, mqtt: "user: edgepose\npassword: ${credential:mqtt.password}", more: "log: { level: trace }\n");
    }

    /// <summary>The secrets as they are, percent-encoded, and their beginnings, which no encoding changes.</summary>
    private static IEnumerable<string> Forms() =>
        new[] { Camera, Broker }.SelectMany(s => new[] { s, Uri.EscapeDataString(s), s[..10] });

    /// <summary>Looks at the command line and environment of every process, again and again.</summary>
    private static async Task<(int Rounds, IReadOnlyList<string> Found)> WatchAsync(CancellationToken enough)
    {
        var (rounds, found) = (0, new List<string>());
        for (; !enough.IsCancellationRequested; rounds++)
        {
            foreach (var folder in Directory.EnumerateDirectories("/proc").Where(f => char.IsAsciiDigit(Path.GetFileName(f)[0])))
            {
                foreach (var file in (string[])["cmdline", "environ"])
                {
                    var text = Read(Path.Combine(folder, file));
                    found.AddRange(Forms().Where(f => text.Contains(f, StringComparison.Ordinal)).Select(f => $"{folder}/{file}: {f}"));
                }
            }
            await Task.Delay(50, CancellationToken.None);
        }
        return (rounds, found);
    }

    private static string Read(string path)
    {
        try { return File.ReadAllText(path); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // gone, or not ours
        }
    }
}
