using System.Globalization;
using System.Net;
using EdgePose.Peers;
using EdgePose.SystemTests.Observation;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Publish;

/// <summary>docs/dashboard.html in a real browser, on a real broker with a WebSocket listener, while the daemon watches a figure that jumps.</summary>
[Trait("Category", "Long")]
public sealed class DashboardPageTests
{
    /// <summary>How many pixels are drawn, where their middle is, and what the page says of the camera.</summary>
    private const string Look = """
        (() => {
          const canvas = document.querySelector('canvas'); if (!canvas) { return null; }
          const { width, height } = canvas, data = canvas.getContext('2d').getImageData(0, 0, width, height).data;
          let pixels = 0, x = 0;
          for (let i = 0; i < width * height; i++) { if (data[4 * i + 3] > 0) { pixels++; x += i % width; } }
          return { pixels, x: pixels ? x / pixels : 0, width, height, caption: document.querySelector('figcaption').textContent,
            offline: document.querySelector('figure').className === 'offline' };
        })()
        """;

    private sealed record Seen(int Pixels, double X, int Width, int Height, string Caption, bool Offline);

    private static async Task<Seen?> LookAsync(Chromium browser)
    {
        var value = await browser.EvaluateAsync(Look);
        return value.ValueKind != System.Text.Json.JsonValueKind.Object ? null : new Seen(
            value.GetProperty("pixels").GetInt32(), value.GetProperty("x").GetDouble(), value.GetProperty("width").GetInt32(),
            value.GetProperty("height").GetInt32(), value.GetProperty("caption").GetString()!, value.GetProperty("offline").GetBoolean());
    }

    [Fact]
    public async Task Page_DrawsLimbsThatMove_AndClearsThemWhenTheyAreOld()
    {
        var webSocket = Tools.FreePort();
        await using var broker = await MosquittoBroker.StartAsync(new BrokerOptions { Extra = $"listener {webSocket} 127.0.0.1\nprotocol websockets\nallow_anonymous true" });
        using var site = new TinySite();
        site.Configure(
            $"  cam: {{ url: {await F32_KillTests.JumpingClipAsync(site.Folder)}, loop: true }}",
            $"spool: {{ folder: \"{site.Folder}/spool\" }}\nmqtt: {{ url: \"mqtt://127.0.0.1:{broker.Port}\" }}\nskipping: {{ enabled: false }}", posesPerSecond: 20);
        await using var daemon = EdgePoseProcess.Start(["run", "--config", site.ConfigPath, "-q"]);
        using var pages = Serve(out var address);
        await using var browser = await Chromium.OpenAsync(new Uri($"{address}dashboard.html?broker=ws://127.0.0.1:{webSocket}"));

        Seen? seen = null;
        var places = new HashSet<double>();
        await Tools.UntilAsync(async () =>
        {
            if (daemon.HasExited) { throw new InvalidOperationException(string.Join('\n', daemon.Log)); }
            seen = await LookAsync(browser);
            if (seen is { Pixels: > 0 }) { places.Add(Math.Round(seen.X)); }
            return places.Count >= 5;
        }, () => $"limbs do not move: {seen}, {places.Count} places", TimeSpan.FromMinutes(1));
        Assert.Equal((64, 64, false, "tiny-box/streams/cam: 1 people"), (seen!.Width, seen.Height, seen.Offline, seen.Caption));

        // Nobody says that it is over: the broker keeps the last will for ten seconds.
        daemon.Signal(EdgePoseProcess.SigKill);
        await daemon.WaitForExitAsync(Tools.Patience);
        await Tools.UntilAsync(async () => (seen = await LookAsync(browser)) is { Pixels: 0 }, () => $"the last skeleton stays: {seen}");
        await Tools.UntilAsync(async () => (seen = await LookAsync(browser)) is { Offline: true }, () => $"the camera is not offline: {seen}");
        Assert.Equal("tiny-box/streams/cam: offline", seen!.Caption);
    }

    /// <summary>The page and what belongs beside it.</summary>
    private static HttpListener Serve(out string address)
    {
        address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Tools.FreePort()}/");
        var script = Path.Combine(Repo.Root, "artifacts", "assets", "long", "mqtt.min.js");
        Need.FromSetup(File.Exists(script), "needs mqtt.js: ./build.sh test --long brings it");
        var files = new Dictionary<string, (string Path, string Type)>
        {
            ["/dashboard.html"] = (Path.Combine(Repo.Root, "docs", "dashboard.html"), "text/html"), ["/mqtt.min.js"] = (script, "text/javascript"),
        };
        var listener = new HttpListener();
        listener.Prefixes.Add(address);
        listener.Start();
        _ = AnswerAsync();
        return listener;

        async Task AnswerAsync()
        {
            while (listener.IsListening)
            {
                HttpListenerContext context;
                try { context = await listener.GetContextAsync(); }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException) { return; }
                if (files.TryGetValue(context.Request.Url!.AbsolutePath, out var file))
                {
                    context.Response.ContentType = file.Type;
                    await context.Response.OutputStream.WriteAsync(await File.ReadAllBytesAsync(file.Path));
                }
                else { context.Response.StatusCode = 404; }
                context.Response.Close();
            }
        }
    }
}
