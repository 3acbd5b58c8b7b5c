using System.Diagnostics;
using System.Net;
using EdgePose.Peers;

namespace EdgePose.SystemTests.Observation;

/// <summary>Who reads standard output, slowly or no longer, has no power over the daemon.</summary>
public sealed class StandardOutputTests : IDisposable
{
    private readonly TinySite _site = new();
    private readonly HttpClient _http = new();

    private async Task<double?> ProcessedAsync()
    {
        try
        {
            var page = await _http.GetStringAsync(_site.Page("/metrics"));
            return EdgePose.Tests.Service.Observe.PrometheusText.Parse(page).Sum("edgepose_frames_processed_total", ("stream", "live"));
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private async Task<HttpStatusCode?> HealthAsync()
    {
        using var answer = await _http.GetAsync(_site.Page("/health/ready"));
        return answer.StatusCode;
    }

    /// <summary>The program with its standard output in a pipe to a shell command, as users do it; its own number is the first line of its log.</summary>
    private Process Shell(string reader)
    {
        var start = new ProcessStartInfo("/bin/bash") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["-c", $"set -o pipefail; \"$@\" | ({reader})", "bash", .. EdgePoseProcess.Line(["run", "--config", _site.ConfigPath, "--stdout"])])
        {
            start.ArgumentList.Add(argument);
        }
        return Process.Start(start)!;
    }

    private static int Child(int parent) => int.Parse(File.ReadAllText($"/proc/{parent}/task/{parent}/children").Split(' ')[0], null);

    [Fact]
    public async Task ReaderThatStopsReading_TheStreamGoesOnHealthIsGoodAndTheStopIsQuick()
    {
        _site.Configure($"  live: {{ url: {await _site.ClipAsync(500, "live.nut")}, fps: 0, loop: true, pace: max }}");
        File.WriteAllText(_site.ConfigPath, File.ReadAllText(_site.ConfigPath).Replace("max_rate: 1 }", "max_rate: 240 }", StringComparison.Ordinal));
        using var shell = Shell("head -c 2000 >/dev/null; sleep 500");
        try
        {
            await Tools.UntilAsync(async () => await ProcessedAsync() > 3000, () => "the stream does not go on although frames enough to fill the pipe went through");
            var before = await ProcessedAsync();
            await Tools.UntilAsync(async () => await ProcessedAsync() > before + 1000, () => "the stream stands");
            Assert.Equal(HttpStatusCode.OK, await HealthAsync());

            var daemon = Child(shell.Id);
            Tools.Signal(daemon, EdgePoseProcess.SigTerm);
            await Tools.UntilAsync(() => !EdgePoseProcess.IsAlive(daemon), "the stop hangs");
        }
        finally
        {
            shell.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task ReaderThatGoesAway_EndsTheDaemonWithoutAnError()
    {
        _site.Configure($"  live: {{ url: {await _site.ClipAsync(500, "live.nut")}, fps: 0, loop: true }}");
        using var shell = Shell("head -2");
        using var patience = new CancellationTokenSource(Tools.Patience);

        var lines = await shell.StandardOutput.ReadToEndAsync(patience.Token);
        var log = await shell.StandardError.ReadToEndAsync(patience.Token);
        await shell.WaitForExitAsync(patience.Token);

        Assert.Equal(2, lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.True(shell.ExitCode == 0, $"exit code {shell.ExitCode}:\n{log}");
        Assert.Contains("the output was closed", log, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _http.Dispose();
        _site.Dispose();
    }
}
