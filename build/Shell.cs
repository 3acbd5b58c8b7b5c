using System.Diagnostics;
using System.Runtime.InteropServices;

/// <summary>Runs other programs.</summary>
internal static class Shell
{
    private static readonly int _parent = getppid(); // dotnet run, which passes no signal on when it is killed
    private static int _child;
    public static bool Interrupted { get; private set; }
    /// <summary>Ctrl-C reaches a child by itself (same process group), SIGTERM is passed on; either way this program outlives its child.</summary>
    public static IDisposable HandleSignals()
    {
        Environment.SetEnvironmentVariable("DOTNET_CLI_UI_LANGUAGE", "en"); // the output of restore is read
        Console.CancelKeyPress += (_, e) => Interrupted = e.Cancel = true;
        return PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            Interrupted = context.Cancel = true;
            _ = _child == 0 ? 0 : kill(_child, 15);
        });
    }

    public static bool Exists(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin".Split(':').Any(folder => File.Exists($"{folder}/{program}"));

    /// <summary>Runs a command with this program's own input and output.</summary>
    public static int Through(string[] line)
    {
        using var child = Start(line, capture: false, folder: "");
        child.WaitForExit();
        return child.ExitCode;
    }

    /// <summary>Runs a command silently but for one line every five seconds; when it fails and must not, its last lines are the error.</summary>
    public static int Run(
        string name, string[] line, bool must = true, Func<string>? measure = null, Action<string>? onLine = null, string folder = "")
    {
        var (watch, next, tail) = (Stopwatch.StartNew(), 5, new List<string>());
        using var child = Start(line, capture: true, folder);
        async Task Pump(StreamReader output)
        {
            while (await output.ReadLineAsync() is { } text) { lock (tail) { tail.Add(text); onLine?.Invoke(text); } }
        }
        Task[] pumps = [Pump(child.StandardOutput), Pump(child.StandardError)];
        while (!child.WaitForExit(100))
        {
            if (getppid() != _parent) { _ = kill(child.Id, 15); throw new Stop(130, "whoever started this is gone"); }
            if (watch.Elapsed.TotalSeconds < next) { continue; }
            next += 5;
            lock (tail) { Console.WriteLine($"  {name,-9}{measure?.Invoke() ?? tail.LastOrDefault("").Split(" -> ")[0].Trim()} … {next - 5} s"); }
        }
        _child = 0;
        // Build servers started by the child may hold the pipe open, so do not wait for its end for ever.
        Task.WaitAll(pumps, TimeSpan.FromSeconds(2));
        if (Interrupted) { throw new Stop(130, "interrupted"); }
        if (child.ExitCode == 0 || !must) { return child.ExitCode; }
        lock (tail) { throw new Stop(1, $"{string.Join('\n', tail.TakeLast(60))}\n{name}: exit code {child.ExitCode}: {string.Join(' ', line)}"); }
    }

    private static Process Start(string[] line, bool capture, string folder)
    {
        var start = new ProcessStartInfo(line[0], line[1..]) { WorkingDirectory = folder };
        (start.RedirectStandardOutput, start.RedirectStandardError) = (capture, capture);
        var child = Process.Start(start)!;
        _child = child.Id;
        return child;
    }

    [DllImport("libc")]
    private static extern int kill(int process, int signal);

    [DllImport("libc")]
    private static extern int getppid();
}
