using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using EdgePose.Domain;

namespace EdgePose.Workshop.Demo;

/// <summary>A helper process of the demo: its lines are read at once, and disposing it never leaves it behind.</summary>
internal sealed partial class Child : IAsyncDisposable
{
    private const int Sigterm = 15;
    private readonly Process _process;
    private readonly Queue<string> _lastErrors = new();

    private Child(Process process) => _process = process;

    public bool HasExited => _process.HasExited;

    /// <summary>The last lines of standard error, for a failure's text.</summary>
    public string LastErrors
    {
        get { lock (_lastErrors) { return string.Join(" | ", _lastErrors); } }
    }

    public static Child Start(string program, IEnumerable<string> arguments, Action<string>? onLine = null, string? input = null)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in arguments) { start.ArgumentList.Add(argument); }
        Process process;
        try { process = Process.Start(start) ?? throw new UserError(ExitCode.Failed, $"{program} did not start"); }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new UserError(ExitCode.Failed, $"{program} cannot be started: {e.Message}", "./build.sh setup installs what the demo needs", e);
        }
        var child = new Child(process);
        process.OutputDataReceived += (_, e) => { if (e.Data is not null) { onLine?.Invoke(e.Data); } };
        process.ErrorDataReceived += (_, e) => { if (e.Data is not null) { child.Remember(e.Data); } };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (input is not null) { process.StandardInput.Write(input); }
        process.StandardInput.Close();
        return child;
    }

    /// <summary>Runs to the end; the error text carries what the program said.</summary>
    public static async Task RunAsync(string program, IEnumerable<string> arguments, CancellationToken stop)
    {
        await using var child = Start(program, arguments);
        await child._process.WaitForExitAsync(stop);
        if (child._process.ExitCode != 0)
        {
            throw new UserError(ExitCode.Failed, $"{Path.GetFileName(program)} ended with code {child._process.ExitCode}: {child.LastErrors}");
        }
    }

    /// <summary>TERM, then KILL after <paramref name="limit"/>; returns the exit code.</summary>
    public async Task<int> StopAsync(TimeSpan limit)
    {
        if (!_process.HasExited) { _ = Kill(_process.Id, Sigterm); }
        using var timeout = new CancellationTokenSource(limit);
        try { await _process.WaitForExitAsync(timeout.Token); }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.FromSeconds(2));
        _process.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Full path of a program on PATH or in the system's sbin folders; null when it is not installed.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/usr/local/sbin"])
            .Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    public static string Require(string program, string package) => Find(program)
        ?? throw new UserError(ExitCode.Failed, $"{program} is not installed", $"sudo apt-get install {package} (or ./build.sh setup)");

    private void Remember(string line)
    {
        lock (_lastErrors)
        {
            if (_lastErrors.Count == 5) { _lastErrors.Dequeue(); }
            _lastErrors.Enqueue(line);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
