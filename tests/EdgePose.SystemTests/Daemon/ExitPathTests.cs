using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EdgePose.Domain;
using EdgePose.Peers;

namespace EdgePose.SystemTests.Daemon;

/// <summary>Every way in which a verb ends: with its code, a sentence, a next step, and no page of our code.</summary>
public sealed class ExitPathTests : IDisposable
{
    private const string Trace = "   at ";

    private readonly Site _site = new();

    private static void Expect(VerbResult result, ExitCode code, string text)
    {
        Assert.True(result.ExitCode == (int)code, result.ToString());
        var all = result.Output + "\n" + result.Errors;
        Assert.DoesNotContain(Trace, all, StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", all, StringComparison.Ordinal);
        Assert.Contains(text, all, StringComparison.Ordinal);
    }

    private string Path(string name) => System.IO.Path.Combine(_site.Folder, name);

    [Theory]
    [InlineData("", ExitCode.Usage, "name a verb: run, ")]
    [InlineData("chek", ExitCode.Usage, "did you mean check?")]
    [InlineData("run --stdut", ExitCode.Usage, "did you mean --stdout?")]
    [InlineData("probe", ExitCode.Usage, "try: edgepose probe --help")]
    [InlineData("run --config {0}/none.yaml", ExitCode.Configuration, "the file does not exist")]
    [InlineData("run --config {0}", ExitCode.Configuration, "this is a folder, not a file")]
    [InlineData("run --config {0}/broken.yaml", ExitCode.Configuration, "broken.yaml:3:1  expected")]
    [InlineData("check --config {0}/broken.yaml", ExitCode.Configuration, "broken.yaml:3:1  expected")]
    [InlineData("replay {0}/x.poses --config {0}/broken.yaml", ExitCode.Source, "x.poses does not exist")]
    [InlineData("replay {0}/broken.yaml --config {0}/good.yaml", ExitCode.Source, "broken.yaml")]
    [InlineData("run --config {0}/binary.yaml", ExitCode.Configuration, "is not a text file")]
    [InlineData("run --config {0}/good.yaml", ExitCode.Configuration, "no broker is configured")]
    [InlineData("check --offline --strict --config {0}/good.yaml", ExitCode.Configuration, "no broker is configured")]
    [InlineData("run --stdout --config {0}/good.yaml --set pose.model=nope", ExitCode.Model, "there is no model \"nope\"")]
    [InlineData("check --offline --config {0}/good.yaml --set pose.model=nope", ExitCode.Model, "there is no model \"nope\"")]
    [InlineData("models info nope", ExitCode.Model, "nope")]
    [InlineData("models verify nope", ExitCode.Model, "nope")]
    [InlineData("models pull nope", ExitCode.Model, "nope")]
    [InlineData("bench --model nope --seconds 1", ExitCode.Model, "nope")]
    [InlineData("quantize nope --calibrate {0} --target cpu --out {0}/q.onnx", ExitCode.Model, "nope")]
    [InlineData("probe {0}/none.mp4 --seconds 1", ExitCode.Source, "none.mp4")]
    [InlineData("probe rtsp://127.0.0.1:1/x --seconds 1", ExitCode.Source, "127.0.0.1:1")]
    [InlineData("check --config {0}/broker.yaml", ExitCode.Broker, "refuses the connection")]
    [InlineData("top --socket {0}/none.sock", ExitCode.Failed, "no daemon answers at")]
    [InlineData("run --stdout --config {0}/good.yaml --set record.folder=/proc/nope --until-end", ExitCode.Ok, "key-points")]
    internal async Task Verb_EndsWithItsCodeAndASentence(string line, ExitCode code, string text)
    {
        DaemonFixture.NeedModels();
        _site.Write("broken.yaml", "streams:\n  front: [rtsp://h/1\n");
        _site.Write("good.yaml", $"streams: {{ front: {{ url: {await ClipAsync()}, pace: max }} }}\n");
        _site.Write("broker.yaml", $"mqtt: {{ url: \"mqtt://127.0.0.1:1\" }}\nstreams: {{ front: {{ url: {await ClipAsync()} }} }}\n");
        File.WriteAllBytes(Path("binary.yaml"), [.. Enumerable.Range(0, 400).Select(i => (byte)(i % 32))]);
        var words = string.Format(CultureInfo.InvariantCulture, line, _site.Folder).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Expect(await _site.RunVerbAsync(words), code, text);
    }

    private async Task<string> ClipAsync()
    {
        var path = Path("clip.nut");
        if (!File.Exists(path)) { await Tools.RunAsync("ffmpeg", ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=64x64:rate=5", "-frames:v", "5", "-c:v", "rawvideo", path]); }
        return path;
    }

    [Fact]
    public async Task Run_ASecondDaemonOnOneSpool_SaysWhoHasIt()
    {
        DaemonFixture.NeedModels();
        _site.Configure(Tools.FreePort(), $"cam: {{ url: {await ClipAsync()}, loop: true }}");
        await using var first = _site.Run();
        await first.WaitForLogAsync("running 1 streams");
        Expect(await _site.RunVerbAsync("run", "--config", _site.ConfigPath), ExitCode.Failed, $"is in use by process {first.Id}");
    }

    [Fact]
    public async Task Run_APageThatIsTaken_NamesTheAddress()
    {
        DaemonFixture.NeedModels();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        _site.Configure(Tools.FreePort(), $"cam: {{ url: {await ClipAsync()}, loop: true }}", more: $"metrics: {{ listen: \"{taken.LocalEndpoint}\" }}\n");
        Expect(await _site.RunVerbAsync("run", "--config", _site.ConfigPath), ExitCode.Failed, $"metrics.listen {taken.LocalEndpoint}");
    }

    [Theory]
    [InlineData("TMPDIR", "/nonexistent")]
    [InlineData("HOME", "")]
    [InlineData("XDG_RUNTIME_DIR", "/nonexistent")]
    [InlineData("LANG", "tr_TR.UTF-8")]
    [InlineData("LC_ALL", "de_DE.UTF-8")]
    public async Task Run_InOddSurroundings_RunsAndEnds(string variable, string value)
    {
        DaemonFixture.NeedModels();
        _site.With(variable, value).Write("good.yaml", $"streams: {{ front: {{ url: {await ClipAsync()}, pace: max }} }}\n");
        Expect(await _site.RunVerbAsync("run", "--stdout", "--until-end", "--config", Path("good.yaml")), ExitCode.Ok, "running 1 streams");
    }

    [Theory]
    [InlineData("probe")]
    [InlineData("run")]
    public async Task Verb_Interrupted_EndsQuietly(string verb)
    {
        DaemonFixture.NeedModels();
        _site.Write("good.yaml", $"streams: {{ front: {{ url: {await ClipAsync()}, loop: true }} }}\n");
        string[] words = verb == "run" ? ["run", "--stdout", "--config", Path("good.yaml")] : ["probe", "rtsp://192.0.2.1/x"];
        await using var process = EdgePoseProcess.Start(words, _site.Environment);
        // Its handlers stand when the runtime of the verb has been loaded; the networks of a daemon are being opened then.
        await Tools.UntilAsync(() => File.ReadAllText($"/proc/{process.Id}/maps").Contains(verb == "run" ? "YamlDotNet.dll" : "EdgePose.Workshop.dll", StringComparison.Ordinal), "the program starts");
        await Task.Delay(300);
        process.Signal(EdgePoseProcess.SigInt);
        Assert.Equal(verb == "run" ? 0 : 130, await process.WaitForExitAsync(Tools.Patience));
        Assert.DoesNotContain(process.Log.Concat(process.Output), l => l.Contains(Trace, StringComparison.Ordinal));
    }

    public void Dispose() => _site.Dispose();
}
