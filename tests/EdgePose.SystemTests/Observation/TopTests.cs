using EdgePose.Peers;
using EdgePose.Service.Observe;

namespace EdgePose.SystemTests.Observation;

public sealed class TopTests : IDisposable
{
    private readonly TinySite _site = new();

    private async Task<EdgePoseProcess> StartAsync()
    {
        _site.Configure($"  good: {{ url: {await _site.ClipAsync(100)}, loop: true }}\n  gone: {{ url: \"rtsp://127.0.0.1:1/x\" }}");
        var daemon = _site.Run();
        await Tools.UntilAsync(async () => (await _site.SnapshotAsync())?.Streams.Any(s => s.FpsProcessed > 0) == true, () => string.Join('\n', daemon.Log));
        return daemon;
    }

    /// <summary>A daemon on a busy machine may close a connection that it had no time for.</summary>
    private async Task<NodeSnapshot> SnapshotAsync(EdgePoseProcess daemon)
    {
        NodeSnapshot? snapshot = null;
        await Tools.UntilAsync(async () => (snapshot = await _site.SnapshotAsync()) is not null, () => string.Join('\n', daemon.Log));
        return snapshot!;
    }

    [Fact]
    public async Task NotATerminal_PrintsOneSnapshotAndEnds()
    {
        await using var daemon = await StartAsync();
        var top = await EdgePoseProcess.RunAsync("top", "--socket", _site.Socket);
        Assert.True(top.ExitCode == 0, top.ToString());
        var lines = top.Output.Split('\n');
        Assert.StartsWith("tiny-box edgepose ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("broker connected", lines[1], StringComparison.Ordinal);
        Assert.Contains(lines, l => l.Contains("good", StringComparison.Ordinal) && l.Contains("online", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("gone", StringComparison.Ordinal) && l.Contains("unreachable", StringComparison.Ordinal));
        Assert.DoesNotContain('\u001b', top.Output);
    }

    [Fact]
    public async Task Json_StreamsLinesUntilTheDaemonEnds()
    {
        await using var daemon = await StartAsync();
        await using var top = EdgePoseProcess.Start(["top", "--json", "--socket", _site.Socket]);
        await Tools.UntilAsync(() => Task.FromResult(top.Output.Count >= 3), () => string.Join('\n', top.Log));
        Assert.All(top.Output, l => Assert.StartsWith("""{"schema":"edgepose.top/1","node":"tiny-box",""", l, StringComparison.Ordinal));
        daemon.Signal(EdgePoseProcess.SigTerm);
        Assert.Equal(1, await top.WaitForExitAsync(Tools.Patience));
        Assert.Contains("edgepose: the daemon has ended", top.Log);
        Assert.Equal(0, await daemon.WaitForExitAsync(Tools.Patience));
        Assert.False(File.Exists(_site.Socket));
    }

    [Fact]
    public async Task NoDaemon_IsCodeOneWithTheNextStep()
    {
        var top = await EdgePoseProcess.RunAsync("top", "--socket", Path.Combine(_site.Folder, "nobody.sock"));
        Assert.Equal((1, ""), (top.ExitCode, top.Output));
        Assert.Contains("no daemon answers at", top.Errors, StringComparison.Ordinal);
        Assert.Contains("try: start one with edgepose run", top.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClientThatDoesNotRead_IsDroppedAndTheDaemonGoesOn()
    {
        await using var daemon = await StartAsync();
        await using var top = EdgePoseProcess.Start(["top", "--json", "--socket", _site.Socket]);
        await Tools.UntilAsync(() => Task.FromResult(top.Output.Count >= 1), () => string.Join('\n', top.Log));
        Tools.Signal(top.Id, 19); // SIGSTOP
        var before = (await SnapshotAsync(daemon)).Streams.Single(s => s.Id == "good").Processed;
        await Tools.UntilAsync(async () => (await SnapshotAsync(daemon)).Streams.Single(s => s.Id == "good").Processed > before + 10, () => string.Join('\n', daemon.Log));
        Tools.Signal(top.Id, 18); // SIGCONT
    }

    [Fact]
    public async Task ClientsThatComeAndGo_LeaveTheirPlaceAtOnce()
    {
        await using var daemon = await StartAsync();
        for (var i = 0; i < 3 * StatusSocket.MostClients; i++) { Assert.NotNull(await _site.SnapshotAsync()); }
    }

    [Fact]
    public async Task DaemonKilled_TheNextOneReplacesItsSocket()
    {
        await using (var first = await StartAsync()) { first.Signal(EdgePoseProcess.SigKill); await first.WaitForExitAsync(Tools.Patience); }
        Assert.True(File.Exists(_site.Socket));
        Assert.Null(await _site.SnapshotAsync());
        await using var second = await StartAsync();
        Assert.Contains((await SnapshotAsync(second)).Streams, s => s.Id == "good");
    }

    public void Dispose() => _site.Dispose();
}
