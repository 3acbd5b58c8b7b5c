using System.Diagnostics;
using System.Globalization;
using EdgePose.Sinks.Mqtt;
using EdgePose.Sinks.Mqtt.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Peers;

/// <summary>
/// The product's transport in a process of its own, which may live in a network namespace. It publishes <c>m/1</c>, <c>m/2</c> … ten times a second
/// while there is a connection and writes a line for each result and each change of state.
/// </summary>
internal sealed class TransportProcess : IAsyncDisposable
{
    private readonly List<string> _lines = [];
    private readonly Process _process;
    private readonly Task _reading;

    public TransportProcess(IReadOnlyList<string> prefix, int port, int qos, int keepAlive, int answer)
    {
        var role = Tools.Role(["transport", .. new[] { port, qos, keepAlive, answer }.Select(n => n.ToString(CultureInfo.InvariantCulture))]);
        var start = new ProcessStartInfo(prefix[0]) { RedirectStandardOutput = true };
        foreach (var word in (IEnumerable<string>)[.. prefix.Skip(1), role.FileName, .. role.ArgumentList]) { start.ArgumentList.Add(word); }
        _process = Process.Start(start)!;
        _reading = ReadAsync();
    }

    public IReadOnlyList<string> Lines { get { lock (_lines) { return [.. _lines]; } } }

    /// <summary>Waits for a line that fits, or for so many of them, counted after the last line that begins with <paramref name="after"/>.</summary>
    public Task UntilAsync(Func<string, bool> fits, string otherwise, int times = 1, string after = "") => Tools.UntilAsync(
        () => Task.FromResult(Lines.Skip(after.Length == 0 ? 0 : Lines.ToList().FindLastIndex(l => l.StartsWith(after, StringComparison.Ordinal)) + 1).Count(fits) >= times),
        () => $"{otherwise}:\n{string.Join('\n', Lines.TakeLast(20))}");

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (_lines) { _lines.Add(line); }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) { _process.Kill(entireProcessTree: true); }
        await _process.WaitForExitAsync();
        await _reading;
    }

    /// <summary>The process itself.</summary>
    public static async Task RunAsync(int port, MqttQos qos, TimeSpan keepAlive, TimeSpan answer)
    {
        var options = new MqttSettings
        {
            Host = "127.0.0.1", Port = port, ClientId = "edgepose-half-open", KeepAlive = keepAlive, AnswerTimeout = answer, BackoffMin = TimeSpan.FromMilliseconds(200),
        };
        await using var transport = new MqttTransport(options, TimeProvider.System, NullLogger<MqttTransport>.Instance);
        transport.StatusChanged += s => Tell($"state {s.State} {s.Reason}".TrimEnd());
        transport.Start(() => null);
        for (var n = 1; ; n++)
        {
            if (transport.Status.IsConnected) { _ = FollowAsync(n, transport.PublishAsync(new MqttMessage($"m/{n}", new byte[100], qos, false, MqttProperties.None))); }
            await Task.Delay(100);
        }
    }

    private static async Task FollowAsync(int number, Task<PublishResult> sent)
    {
        var result = await sent;
        Tell($"{(result.IsSuccess ? "accepted" : "lost")} {number}");
    }

    private static void Tell(string line)
    {
        lock (typeof(TransportProcess))
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }
}
