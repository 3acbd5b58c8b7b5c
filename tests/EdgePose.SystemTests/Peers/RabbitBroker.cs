using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EdgePose.TestSupport;

namespace EdgePose.Peers;

/// <summary>
/// Debian's RabbitMQ with its MQTT plug-in, which speaks MQTT 3.1.1 and is no relative of mosquitto: on free loopback ports, with everything it
/// writes in a temporary folder. Dispose ends it.
/// </summary>
internal sealed class RabbitBroker : IAsyncDisposable
{
    // Not the wrapper in /usr/sbin: that one gives up root's rights and writes to /var.
    private static readonly string? Program = Tools.Find("rabbitmq-server", "/usr/lib/rabbitmq/bin") is { } p && File.Exists("/usr/lib/rabbitmq/bin/rabbitmq-server")
        ? "/usr/lib/rabbitmq/bin/rabbitmq-server" : null;

    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-rabbit-").FullName;
    private readonly Process _process;

    private RabbitBroker(int port)
    {
        Port = port;
        var (amqp, distribution) = (Tools.FreePort(), Tools.FreePort());
        File.WriteAllText(Path.Combine(_folder, "rabbitmq.conf"), string.Create(CultureInfo.InvariantCulture,
            $"listeners.tcp.local = 127.0.0.1:{amqp}\nmqtt.listeners.tcp.local = 127.0.0.1:{port}\nmqtt.allow_anonymous = false\nlog.console = true\nlog.console.level = info\n"));
        File.WriteAllText(Path.Combine(_folder, "enabled_plugins"), "[rabbitmq_mqtt].\n");
        var start = new ProcessStartInfo(Program!) { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Settings(distribution)) { start.Environment[name] = value; }
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, e) => Append(e.Data);
        _process.ErrorDataReceived += (_, e) => Append(e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private readonly List<string> _log = [];

    public int Port { get; }

    /// <summary>Skips the test where RabbitMQ is not installed.</summary>
    public static async Task<RabbitBroker> StartAsync()
    {
        Need.FromSetup(Program is not null, "needs RabbitMQ: apt-get install rabbitmq-server");
        var broker = new RabbitBroker(Tools.FreePort());
        try
        {
            await Tools.UntilAsync(broker.CanConnectAsync, () => $"RabbitMQ did not start:\n{broker.Tail}", TimeSpan.FromMinutes(3));
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    private string Tail { get { lock (_log) { return string.Join('\n', _log.TakeLast(30)); } } }

    private IEnumerable<(string, string)> Settings(int distribution) =>
    [
        // A node of its own: neither the system's mnesia, nor its log, nor its cookie, nor its port mapper.
        ("HOME", _folder), ("RABBITMQ_BASE", _folder), ("RABBITMQ_MNESIA_BASE", Path.Combine(_folder, "mnesia")), ("RABBITMQ_LOG_BASE", _folder), ("RABBITMQ_LOGS", "-"),
        ("RABBITMQ_NODENAME", string.Create(CultureInfo.InvariantCulture, $"edgepose{Port}@localhost")), ("RABBITMQ_CONFIG_FILE", Path.Combine(_folder, "rabbitmq.conf")),
        ("RABBITMQ_ENABLED_PLUGINS_FILE", Path.Combine(_folder, "enabled_plugins")), ("RABBITMQ_DIST_PORT", distribution.ToString(CultureInfo.InvariantCulture)),
        ("ERL_EPMD_ADDRESS", "127.0.0.1"), ("ERL_EPMD_PORT", Tools.FreePort().ToString(CultureInfo.InvariantCulture)), ("RABBITMQ_SERVER_START_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}"),
        ("RABBITMQ_CONF_ENV_FILE", Path.Combine(_folder, "none")), ("RABBITMQ_PID_FILE", Path.Combine(_folder, "pid")),
    ];

    private void Append(string? line)
    {
        lock (_log) { _log.Add(line ?? ""); }
    }

    private async Task<bool> CanConnectAsync()
    {
        if (_process.HasExited) { throw new InvalidOperationException($"RabbitMQ ended with {_process.ExitCode}:\n{Tail}"); }
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Its port mapper lives on as a daemon of its own and is found by its parent folder's environment only: it is ended by its own command.
        if (!_process.HasExited) { _process.Kill(entireProcessTree: true); }
        await _process.WaitForExitAsync();
        foreach (var mapper in Process.GetProcessesByName("epmd").Where(IsOurs)) { mapper.Kill(); }
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private bool IsOurs(Process process)
    {
        try { return File.ReadAllText($"/proc/{process.Id}/environ").Contains(_folder, StringComparison.Ordinal); }
        catch (IOException) { return false; }
    }
}
