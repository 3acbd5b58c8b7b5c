using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using EdgePose.TestSupport;

namespace EdgePose.Peers;

/// <summary>A real browser without a window, asked through its DevTools protocol. Dispose ends it with all its processes.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string? Program = Tools.Find("chromium", "/usr/bin");

    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-browser-").FullName;
    private readonly ClientWebSocket _page = new();
    private Process? _process;
    private int _number;

    public static async Task<Chromium> OpenAsync(Uri address)
    {
        Need.FromSetup(Program is not null, "needs chromium: ./build.sh test --long installs it");
        var browser = new Chromium();
        try
        {
            await browser.StartAsync(address);
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    private async Task StartAsync(Uri address)
    {
        string[] arguments =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--no-proxy-server", $"--user-data-dir={_folder}", "--remote-debugging-port=0", address.ToString(),
        ];
        _process = Process.Start(new ProcessStartInfo(Program!, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        var said = Path.Combine(_folder, "DevToolsActivePort");
        await Tools.UntilAsync(() => Task.FromResult(File.Exists(said) && File.ReadAllLines(said).Length > 0), () => "the browser did not start", TimeSpan.FromMinutes(1));
        var port = int.Parse(File.ReadAllLines(said)[0], CultureInfo.InvariantCulture);
        string? page = null;
        await Tools.UntilAsync(async () => (page = await PageAsync(port)) is not null, () => "the browser has no page");
        await _page.ConnectAsync(new Uri(page!), CancellationToken.None);
    }

    private static async Task<string?> PageAsync(int port)
    {
        using var http = new HttpClient();
        using var json = JsonDocument.Parse(await http.GetStringAsync(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/json/list")));
        return json.RootElement.EnumerateArray().Where(p => p.GetProperty("type").GetString() == "page")
            .Select(p => p.GetProperty("webSocketDebuggerUrl").GetString()).FirstOrDefault();
    }

    /// <summary>The value of an expression in the page.</summary>
    public async Task<JsonElement> EvaluateAsync(string expression)
    {
        var id = ++_number;
        var request = new { id, method = "Runtime.evaluate", @params = new { expression, returnByValue = true, awaitPromise = true } };
        await _page.SendAsync(JsonSerializer.SerializeToUtf8Bytes(request), WebSocketMessageType.Text, true, CancellationToken.None);
        while (true)
        {
            using var answer = JsonDocument.Parse(await ReceiveAsync());
            if (!answer.RootElement.TryGetProperty("id", out var of) || of.GetInt32() != id) { continue; }
            var result = answer.RootElement.GetProperty("result");
            if (result.TryGetProperty("exceptionDetails", out var thrown)) { throw new InvalidOperationException(thrown.GetRawText()); }
            return result.GetProperty("result").TryGetProperty("value", out var value) ? value.Clone() : default;
        }
    }

    private async Task<string> ReceiveAsync()
    {
        using var limit = new CancellationTokenSource(Tools.Patience);
        var (text, buffer) = (new StringBuilder(), new byte[64 * 1024]);
        while (true)
        {
            var part = await _page.ReceiveAsync(buffer, limit.Token);
            text.Append(Encoding.UTF8.GetString(buffer, 0, part.Count));
            if (part.EndOfMessage) { return text.ToString(); }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _page.Dispose();
        if (_process is { } process)
        {
            if (!process.HasExited) { process.Kill(entireProcessTree: true); }
            await process.WaitForExitAsync();
            process.Dispose();
        }
        // Its processes may write a last time.
        for (var i = 0; i < 50 && Directory.Exists(_folder); i++)
        {
            try { Directory.Delete(_folder, recursive: true); }
            catch (IOException) { await Task.Delay(50); }
        }
    }
}
