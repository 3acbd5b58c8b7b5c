using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace EdgePose.Peers;

/// <summary>What every peer needs: finding programs, free ports, waiting for a condition.</summary>
internal static partial class Tools
{
    /// <summary>Long enough for a busy machine; a test that passes never waits for it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Path of a program in PATH or one of the further folders; null when it is not installed.</summary>
    public static string? Find(string program, params IEnumerable<string> folders) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(folders)
            .Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);

    // Below the ports that the kernel gives to outgoing connections, and each handed out once: nobody gets it between now and its use.
    private const int FirstPort = 10_000, Ports = 20_000;
    private static int _lastPort = Random.Shared.Next(Ports);

    public static int FreePort()
    {
        while (true)
        {
            var port = FirstPort + (Interlocked.Increment(ref _lastPort) % Ports);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException) { continue; } // somebody else's
        }
    }

    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string> otherwise, TimeSpan? patience = null)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > (patience ?? Patience)) { throw new TimeoutException(otherwise()); }
            await Task.Delay(20);
        }
    }

    public static Task UntilAsync(Func<bool> condition, string otherwise) => UntilAsync(() => Task.FromResult(condition()), () => otherwise);

    /// <summary>Runs a program to its end; throws with its error output when it fails.</summary>
    public static async Task RunAsync(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in arguments) { start.ArgumentList.Add(argument); }
        using var process = Process.Start(start)!;
        var (error, output) = (process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();
        await output;
        if (process.ExitCode != 0) { throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await error}"); }
    }

    /// <summary>The processes of these names that <paramref name="process"/> has started, by a look at their parent.</summary>
    public static int[] Children(int process, params string[] names) =>
        [.. names.SelectMany(Process.GetProcessesByName).Select(static p => p.Id).Where(id => ParentOf(id) == process)];

    /// <summary>This assembly as a process of its own in one of the roles of <see cref="EdgePose.SystemTests.Program"/>.</summary>
    public static ProcessStartInfo Role(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } p && p.EndsWith("dotnet", StringComparison.Ordinal) ? p : "dotnet") { RedirectStandardOutput = true };
        foreach (var argument in (IEnumerable<string>)[typeof(Tools).Assembly.Location, .. arguments]) { start.ArgumentList.Add(argument); }
        return start;
    }

    internal static int ParentOf(int process)
    {
        try
        {
            // The name in parentheses may hold anything; the parent is the second field after it.
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException) { return 0; }
    }

    public static void Signal(int processId, int signal)
    {
        if (Kill(processId, signal) != 0) { throw new InvalidOperationException($"cannot signal process {processId}"); }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
