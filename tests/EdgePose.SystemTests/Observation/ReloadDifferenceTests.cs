using System.Text.Json;
using EdgePose.Peers;
using EdgePose.Service.Observe;

namespace EdgePose.SystemTests.Observation;

/// <summary>A reload of the real daemon touches what has changed and nothing else.</summary>
public sealed class ReloadDifferenceTests : IDisposable
{
    private readonly TinySite _site = new();

    private async Task<string> StreamAsync(string id, string more = "") => $"  {id}: {{ url: {await _site.ClipAsync(100)}, loop: true{more} }}";

    private async Task<NodeSnapshot> UntilAsync(EdgePoseProcess daemon, Func<NodeSnapshot, bool> fits)
    {
        NodeSnapshot? snapshot = null;
        await Tools.UntilAsync(async () => (snapshot = await _site.SnapshotAsync()) is not null && fits(snapshot), () => string.Join('\n', daemon.Log));
        return snapshot!;
    }

    private static StreamSnapshot Of(NodeSnapshot node, string stream) => node.Streams.Single(s => s.Id == stream);

    [Fact]
    public async Task Reload_OneStreamChanges_TheOtherKeepsItsEpochAndItsFrames()
    {
        var stays = await StreamAsync("stays");
        _site.Configure($"{stays}\n{await StreamAsync("moves")}");
        await using var daemon = _site.Run();
        var before = await UntilAsync(daemon, n => n.Streams.Count(s => s.Processed > 0) == 2);

        daemon.Signal(EdgePoseProcess.SigHup);
        await daemon.WaitForLogAsync("reload: nothing has changed, nothing was stopped");
        _site.Configure($"{stays}\n{await StreamAsync("moves", ", fps: 7")}");
        daemon.Signal(EdgePoseProcess.SigHup);
        await daemon.WaitForLogAsync("reload: changed: streams.moves.fps; untouched: stays; restarted: moves");
        var after = await UntilAsync(daemon, n => Of(n, "moves").Epoch > Of(before, "moves").Epoch && Of(n, "moves").Processed > 0);

        Assert.Equal(Of(before, "stays").Epoch, Of(after, "stays").Epoch);
        Assert.True(Of(after, "stays").Received > Of(before, "stays").Received, "the counter went on");
        Assert.Equal((0, 0), (Of(after, "stays").Reconnects, daemon.Children().Count(c => !EdgePoseProcess.IsAlive(c))));

        _site.Configure($"{stays}\n{await StreamAsync("comes")}");
        daemon.Signal(EdgePoseProcess.SigHup);
        await daemon.WaitForLogAsync("untouched: stays; started: comes; stopped: moves");
        after = await UntilAsync(daemon, n => n.Streams.Any(s => s is { Id: "comes", Processed: > 0 }));
        Assert.Equal(Of(before, "stays").Epoch, Of(after, "stays").Epoch);
        daemon.Signal(EdgePoseProcess.SigTerm);
        Assert.Equal(0, await daemon.WaitForExitAsync(Tools.Patience));
    }

    [Fact]
    public async Task Reload_OverMqtt_AnswersWhatWasDoneAlsoWhenTheBrokerChanges()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var other = await MosquittoBroker.StartAsync();
        await using var sub = await MosquittoSub.StartAsync(broker, "edgepose/tiny-box/#");
        await using var later = await MosquittoSub.StartAsync(other, "edgepose/tiny-box/#");
        var stream = await StreamAsync("cam");
        string Broker(int port) => $"mqtt: {{ url: \"mqtt://127.0.0.1:{port}\", commands: [reload] }}";
        _site.Configure(stream, Broker(broker.Port));
        var environment = new Dictionary<string, string> { ["XDG_STATE_HOME"] = Path.Combine(_site.Folder, "state") };
        await using var daemon = EdgePoseProcess.Start(["run", "--config", _site.ConfigPath], environment);
        await sub.WaitForAsync("edgepose/tiny-box/availability", "online");
        var before = await UntilAsync(daemon, n => Of(n, "cam").Processed > 0);

        async Task<JsonElement> AskAsync()
        {
            sub.Forget();
            await Tools.RunAsync("mosquitto_pub", ["-h", broker.Host, "-p", $"{broker.Port}", "-t", "edgepose/tiny-box/command/reload", "-m", "{}"]);
            var answer = await sub.WaitForAsync(m => m.Topic.EndsWith("/response/reload", StringComparison.Ordinal) || m.Topic.Contains("/response", StringComparison.Ordinal));
            return JsonDocument.Parse(answer.Payload).RootElement;
        }

        Assert.Equal("unchanged", (await AskAsync()).GetProperty("data").GetProperty("reload").GetString());
        File.AppendAllText(_site.ConfigPath, "\nwrong: key\n");
        var refused = await AskAsync();
        Assert.Equal("error", refused.GetProperty("status").GetString());
        Assert.Contains("wrong: unknown key", refused.GetProperty("error").GetString(), StringComparison.Ordinal);

        _site.Configure(stream, Broker(other.Port));
        var moved = (await AskAsync()).GetProperty("data");
        Assert.Equal(("applied", "reconnects"), (moved.GetProperty("reload").GetString(), moved.GetProperty("broker").GetString()));
        Assert.Equal("""["mqtt.url"]""", moved.GetProperty("changed").GetRawText());
        await later.WaitForAsync("edgepose/tiny-box/availability", "online");
        await later.WaitForAsync("edgepose/tiny-box/streams/cam/availability", "online");
        var after = await UntilAsync(daemon, n => n.Broker.IsConnected && Of(n, "cam").Received > Of(before, "cam").Received);
        Assert.Equal((Of(before, "cam").Epoch, 0), (Of(after, "cam").Epoch, Of(after, "cam").Reconnects));
        Assert.Contains(sub.Seen, m => m.Topic == "edgepose/tiny-box/availability" && m.Payload == "offline");
        daemon.Signal(EdgePoseProcess.SigTerm);
        Assert.Equal(0, await daemon.WaitForExitAsync(Tools.Patience));
    }

    public void Dispose() => _site.Dispose();
}
