using System.Diagnostics;
using System.Globalization;

namespace EdgePose.Peers;

/// <summary>What a verb printed and how it ended.</summary>
internal sealed record VerbResult(int ExitCode, string Output, string Errors)
{
    public override string ToString() => $"exit code {ExitCode}\n--- output\n{Output}\n--- errors\n{Errors}";
}

/// <summary>The program as its users start it: a process of its own, from the files beside the tests. Dispose ends it with all its children.</summary>
internal sealed class EdgePoseProcess : IAsyncDisposable
{
    public const int SigHup = 1, SigInt = 2, SigKill = 9, SigTerm = 15;

    private static readonly string Assembly = Path.Combine(AppContext.BaseDirectory, "edgepose.dll");

    // The host of the tests, so that both run on the same runtime also where PATH knows none.
    private static readonly string Host =
        Path.GetFileName(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : Tools.Find("dotnet", "/usr/bin", "/usr/share/dotnet") ?? "dotnet";

    private readonly List<string> _output = [], _errors = [];
    private readonly Process _process;

    private EdgePoseProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => Append(_output, e.Data);
        process.ErrorDataReceived += (_, e) => Append(_errors, e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;
    public bool HasExited => _process.HasExited;

    /// <summary>Lines of standard output.</summary>
    public IReadOnlyList<string> Output { get { lock (_output) { return [.. _output]; } } }

    /// <summary>Lines of standard error: the log.</summary>
    public IReadOnlyList<string> Log { get { lock (_errors) { return [.. _errors]; } } }

    /// <param name="arguments">Verb and options.</param>
    /// <param name="environment">Set on top of the tests' own environment.</param>
    public static EdgePoseProcess Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null) =>
        StartProgram([Host, Assembly, .. arguments], environment);

    /// <summary>What starts the program with these arguments.</summary>
    public static IReadOnlyList<string> Line(IEnumerable<string> arguments) => [Host, Assembly, .. arguments];

    private static EdgePoseProcess StartProgram(IEnumerable<string> line, IReadOnlyDictionary<string, string>? environment)
    {
        // Whoever started the tests may ignore signals (nohup, a background job), and children would inherit that.
        var start = new ProcessStartInfo("/usr/bin/env") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in (string[])["--default-signal=HUP,INT", .. line]) { start.ArgumentList.Add(argument); }
        foreach (var name in (string[])["NOTIFY_SOCKET", "WATCHDOG_USEC", "JOURNAL_STREAM", "CREDENTIALS_DIRECTORY"]) { start.Environment.Remove(name); }
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) { start.Environment[name] = value; }
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new EdgePoseProcess(process);
    }

    /// <summary>Runs a verb to its end.</summary>
    public static Task<VerbResult> RunAsync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null) =>
        RunProgramAsync([Host, Assembly, .. arguments], environment, TimeSpan.FromMinutes(3));

    /// <summary>Runs another build of the program to its end: <paramref name="line"/> is its path, or what starts it, and the arguments.</summary>
    public static async Task<VerbResult> RunProgramAsync(
        IEnumerable<string> line, IReadOnlyDictionary<string, string>? environment, TimeSpan patience)
    {
        await using var process = StartProgram(line, environment);
        var code = await process.WaitForExitAsync(patience);
        return new VerbResult(code, string.Join('\n', process.Output), string.Join('\n', process.Log));
    }

    public static Task<VerbResult> RunAsync(params string[] arguments) => RunAsync((IEnumerable<string>)arguments);

    public void Signal(int signal) => Tools.Signal(Id, signal);

    /// <summary>The exit code, 128 + n after signal n; both outputs have been read to their end.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        try { await _process.WaitForExitAsync(limit.Token); }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"still running after {patience.TotalSeconds} s:\n{string.Join('\n', Log)}");
        }
        return _process.ExitCode;
    }

    /// <summary>Waits for a line of the log that holds <paramref name="text"/>.</summary>
    public Task WaitForLogAsync(string text) => Tools.UntilAsync(
        () => Task.FromResult(Log.Any(l => l.Contains(text, StringComparison.Ordinal))), () => $"no log line with '{text}' among:\n{string.Join('\n', Log)}");

    /// <summary>The ffmpeg and ffprobe processes that it has started and that live.</summary>
    public IReadOnlyList<int> Children() =>
        [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(n => n!.All(char.IsAsciiDigit))
            .Select(n => int.Parse(n!, CultureInfo.InvariantCulture)).Where(id => IsAlive(id, out var parent) && parent == Id)];

    /// <summary>False for a process that is gone or waits only for its parent to notice its end.</summary>
    public static bool IsAlive(int id) => IsAlive(id, out _);

    private static bool IsAlive(int id, out int parent)
    {
        parent = 0;
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            parent = int.Parse(fields[1], CultureInfo.InvariantCulture);
            return fields[0] is not ("Z" or "X");
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void Append(List<string> lines, string? line)
    {
        if (line is null) { return; }
        lock (lines) { lines.Add(line); }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }
}
