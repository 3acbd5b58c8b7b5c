using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using EdgePose.Loops;

namespace EdgePose.Streams;

/// <summary>
/// A running ffmpeg or ffprobe. Its error output is drained from the first moment. <see cref="StopAsync"/> always ends it: SIGTERM, then
/// SIGKILL after <see cref="TermGrace"/>; the runtime reaps it, so no zombie stays.
/// </summary>
internal sealed class FfmpegProcess : IAsyncDisposable
{
    public static readonly TimeSpan TermGrace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan KillGrace = TimeSpan.FromSeconds(5);

    // Everything else stays here: the daemon's environment may hold passwords, and a proxy address may hold one too.
    private static readonly string[] PassedOn =
    [
        "PATH", "LD_LIBRARY_PATH", "TZ", "TMPDIR", "XDG_RUNTIME_DIR", "SSL_CERT_FILE", "SSL_CERT_DIR",
        "LIBVA_DRIVER_NAME", "LIBVA_DRIVERS_PATH", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES",
    ];

    private readonly Process _process;
    private readonly Task _drained;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _fed = new();
    private Task _feeding = Task.CompletedTask;

    private FfmpegProcess(Process process, FfmpegLog log, TimeProvider time)
    {
        (_process, _time, Log, Id) = (process, time, log, process.Id);
        Output = process.StandardOutput.BaseStream;
        Exited = process.WaitForExitAsync(CancellationToken.None);
        _drained = Worker.Run("ffmpeg-log", () =>
        {
            using var errors = process.StandardError.BaseStream;
            log.Drain(errors);
        });
    }

    public int Id { get; }
    public FfmpegLog Log { get; }

    /// <summary>Standard output, unbuffered. Whoever reads it closes it, so that a process that is blocked in writing ends.</summary>
    public Stream Output { get; }

    public Task Exited { get; }

    /// <summary>Only after <see cref="Exited"/>; 128 + n when signal n ended it.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Starts <paramref name="command"/> and writes its script. Null, with the problem, when it cannot be started.</summary>
    public static FfmpegProcess? TryStart(FfmpegCommand command, FfmpegLog log, TimeProvider time, out string problem)
    {
        var start = new ProcessStartInfo(command.Program)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        foreach (var argument in command.Arguments) { start.ArgumentList.Add(argument); }
        start.Environment.Clear();
        foreach (var name in PassedOn)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value) { start.Environment[name] = value; }
        }
        start.Environment["LC_ALL"] = "C";
        start.Environment["AV_LOG_FORCE_NOCOLOR"] = "1";

        problem = "";
        Process? process = null;
        try
        {
            process = Process.Start(start) ?? throw new InvalidOperationException("the runtime started no process");
            var running = new FfmpegProcess(process, log, time);
            process = null;
            if (command.Feed is null) { running.WriteScript(command.Script); }
            else { running._feeding = running.FeedAsync(command.Feed); }
            return running;
        }
        catch (Win32Exception e)
        {
            problem = e.NativeErrorCode == 2
                ? $"{command.Program} is not installed; on Debian: apt-get install ffmpeg"
                : $"{command.Program} cannot be started: {e.Message}";
            return null;
        }
        finally
        {
            process?.Kill();
            process?.Dispose();
        }
    }

    /// <summary>Ends the process and waits until it is gone and its last words are read. May be called again.</summary>
    public async Task StopAsync()
    {
        await _fed.CancelAsync().ConfigureAwait(false);
        if (!Exited.IsCompleted && !Signals.IsSuspended(Id) && Signals.Terminate(Id))
        {
            await WaitAtMostAsync(Exited, TermGrace).ConfigureAwait(false);
        }
        if (!Exited.IsCompleted) { _process.Kill(); }
        await WaitAtMostAsync(Task.WhenAll(Exited, _drained, _feeding), KillGrace).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _fed.Dispose();
        _process.Dispose();
    }

    /// <summary>Waits for the end of a process that ends by itself, with all it had to say.</summary>
    public async Task WaitForExitAsync(CancellationToken stop)
    {
        await Exited.WaitAsync(stop).ConfigureAwait(false);
        await WaitAtMostAsync(_drained, KillGrace).ConfigureAwait(false);
    }

    private async Task WaitAtMostAsync(Task task, TimeSpan limit)
    {
        using var enough = new CancellationTokenSource();
        await Task.WhenAny(task, Task.Delay(limit, _time, enough.Token)).ConfigureAwait(false);
        await enough.CancelAsync().ConfigureAwait(false);
    }

    private async Task FeedAsync(Func<Stream, CancellationToken, Task> feed)
    {
        var input = _process.StandardInput.BaseStream;
        try
        {
            await using (input.ConfigureAwait(false)) { await feed(input, _fed.Token).ConfigureAwait(false); }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // It was told to stop, or has ended; the exit code and its error output tell why.
            Debug.WriteLine(e.Message);
        }
    }

    private void WriteScript(string script)
    {
        try
        {
            using var input = _process.StandardInput.BaseStream;
            var bytes = Encoding.UTF8.GetBytes(script);
            input.Write(bytes);
            Array.Clear(bytes);
        }
        catch (IOException e)
        {
            // It died before it read its input; the exit code and its error output tell why.
            Debug.WriteLine(e.Message);
        }
    }
}
