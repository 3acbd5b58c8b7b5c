using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgePose.TestSupport;

namespace EdgePose.Peers;

/// <summary>What a test wants of its broker; without anything it is open, in plaintext, and keeps nothing on disk.</summary>
internal sealed record BrokerOptions
{
    /// <summary>User to password; when not empty, nobody else gets in.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();

    /// <summary>Lines of an ACL file; empty = everything is allowed.</summary>
    public string Acl { get; init; } = "";

    /// <summary>Server certificate and key, with the CA that clients are checked against; null = plaintext.</summary>
    public (string Ca, string Cert, string Key)? Tls { get; init; }
    public bool RequireClientCertificate { get; init; }

    /// <summary>Keeps retained messages and sessions over a restart.</summary>
    public bool Persistent { get; init; }

    /// <summary>Words before the program, such as those of a network namespace.</summary>
    public IReadOnlyList<string> Prefix { get; init; } = [];

    /// <summary>Further lines of mosquitto.conf.</summary>
    public string Extra { get; init; } = "";
}

/// <summary>A real mosquitto on a free loopback port, in a temporary folder of its own. Dispose ends it.</summary>
internal sealed class MosquittoBroker : IAsyncDisposable
{
    private static readonly string? Program = Tools.Find("mosquitto", "/usr/sbin");

    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-broker-").FullName;
    private readonly StringBuilder _log = new();
    private Process? _process;

    private readonly IReadOnlyList<string> _prefix;

    private MosquittoBroker(int port, IReadOnlyList<string> prefix) => (Port, _prefix) = (port, prefix);

    public int Port { get; }
    public string Host => "127.0.0.1";
    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("the broker does not run");
    public string Output { get { lock (_log) { return _log.ToString(); } } }

    /// <summary>Skips the test where mosquitto is not installed.</summary>
    public static async Task<MosquittoBroker> StartAsync(BrokerOptions? options = null)
    {
        Need.FromSetup(Program is not null, "needs mosquitto: apt-get install mosquitto");
        var broker = new MosquittoBroker(Tools.FreePort(), options?.Prefix ?? []);
        try
        {
            await broker.WriteConfigurationAsync(options ?? new BrokerOptions());
            await broker.RestartAsync();
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the same broker on the same port again; ends a running one first.</summary>
    public async Task RestartAsync()
    {
        if (_process is { HasExited: false }) { Kill(); }
        string[] command = [.. _prefix, Program!, "-c", Path.Combine(_folder, "mosquitto.conf")];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true };
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, e) => Append(e.Data);
        _process.OutputDataReceived += (_, e) => Append(e.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        await Tools.UntilAsync(CanConnectAsync, () => $"the broker did not start:\n{Output}");
    }

    /// <summary>SIGKILL, as a crash.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGSTOP: connections stay open and nobody answers.</summary>
    public void Freeze() => Tools.Signal(ProcessId, 19);

    /// <summary>SIGCONT.</summary>
    public void Thaw() => Tools.Signal(ProcessId, 18);

    private void Append(string? line)
    {
        lock (_log) { _log.AppendLine(line); }
    }

    private async Task<bool> CanConnectAsync()
    {
        if (_process!.HasExited) { throw new InvalidOperationException($"the broker ended with {_process.ExitCode}:\n{Output}"); }
        // Elsewhere it cannot be reached from here.
        if (_prefix.Count > 0) { return Output.Contains(" running", StringComparison.Ordinal); }
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

    private async Task WriteConfigurationAsync(BrokerOptions options)
    {
        var lines = new List<string> { $"listener {Port} 127.0.0.1", "log_dest stderr", "log_type all" };
        // A broker started as root gives up its rights and could not read its own folder.
        if (Environment.UserName == "root") { lines.Insert(0, "user root"); }
        if (options.Tls is { } tls)
        {
            lines.AddRange([$"cafile {tls.Ca}", $"certfile {tls.Cert}", $"keyfile {tls.Key}"]);
            if (options.RequireClientCertificate) { lines.Add("require_certificate true"); }
        }
        lines.Add($"allow_anonymous {(options.Users.Count == 0 ? "true" : "false")}");
        if (options.Users.Count > 0) { lines.Add($"password_file {await WritePasswordsAsync(options.Users)}"); }
        if (options.Acl.Length > 0)
        {
            await File.WriteAllTextAsync(Path.Combine(_folder, "acl"), options.Acl);
            lines.Add($"acl_file {Path.Combine(_folder, "acl")}");
        }
        lines.AddRange(options.Persistent
            ? ["persistence true", $"persistence_location {_folder}/", "autosave_on_changes true", "autosave_interval 1"]
            : ["persistence false"]);
        lines.Add(options.Extra);
        await File.WriteAllLinesAsync(Path.Combine(_folder, "mosquitto.conf"), lines);
    }

    private async Task<string> WritePasswordsAsync(IReadOnlyDictionary<string, string> users)
    {
        var file = Path.Combine(_folder, "passwd");
        await File.WriteAllTextAsync(file, "");
        foreach (var (user, password) in users) { await Tools.RunAsync("mosquitto_passwd", ["-b", file, user, password]); }
        return file;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
