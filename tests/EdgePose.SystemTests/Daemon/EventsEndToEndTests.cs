using System.Globalization;
using System.Text.Json;
using EdgePose.Peers;
using EdgePose.Tests.Sinks.Mqtt;

namespace EdgePose.SystemTests.Daemon;

/// <summary>From a clip of real people over rules and spool to subscribers that know nothing of us.</summary>
public sealed class EventsEndToEndTests(DaemonFixture fixture, ITestOutputHelper output)
{
    private const string Rules = """
          zones: { street: [[0.02, 0.02], [0.98, 0.02], [0.98, 0.98], [0.02, 0.98]] }
          lines: { middle: [[0.5, 1], [0.5, 0]] }
          rules:
            inside: { type: zone, zone: street }
            number: { type: occupancy, zone: street }
            passing: { type: line, line: middle }
            busy: { type: crowding, zone: street, count: 2, after: 1s }
        """;

    private static string Stream(string file) => $"cam:\n  url: {file}\n  loop: true\n{Rules.ReplaceLineEndings("\n")}";

    [Fact]
    public async Task PeopleInAStreet_RaiseEventsThatFitTheSchemaAndExplainThemselvesToASubscriber()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var sub = await MosquittoSub.StartAsync(broker);
        using var site = new Site();
        site.Configure(broker.Port, Stream(fixture.People), mqtt: "home_assistant: true\nonvif: true\ncommands: [snapshot-state]\nsparkplug_group: site");
        await using var daemon = site.Run();

        List<SeenMessage> Events() => [.. sub.Seen.Where(m => m.Topic == Site.Topic("streams/cam/events"))];
        await Tools.UntilAsync(() => Task.FromResult(Types(Events()).IsSupersetOf(["zone_enter", "zone_occupancy", "crowding"])), () => string.Join('\n', daemon.Log), TimeSpan.FromSeconds(60));
        await sub.WaitForAsync(m => m.Topic == Site.Topic("streams/cam/zones/street") && m.Retained is false && int.Parse(m.Payload, CultureInfo.InvariantCulture) >= 2);

        var (schema, events) = (PublishedSchema.Load("event.v1"), Events());
        Assert.All(events, e => Assert.Empty(schema.Check(e.Payload)));
        Assert.All(events, e => Assert.Equal((1, false, "application/json"), (e.Qos, e.Retained, e.ContentType)));
        var seqs = events.Select(e => Json(e).GetProperty("seq").GetInt64()).ToList();
        Assert.Equal(seqs.Order().Distinct(), seqs);
        var enter = Json(events.First(e => Json(e).GetProperty("type").GetString() == "zone_enter"));
        Assert.Equal(("street", "inside", 17), (enter.GetProperty("zone").GetString(), enter.GetProperty("rule").GetString(), enter.GetProperty("pose").GetProperty("points").GetArrayLength()));
        Assert.Equal("movenet-lightning", enter.GetProperty("model").GetProperty("name").GetString());
        Assert.Equal(Json(sub, "info").GetProperty("boot").GetString(), enter.GetProperty("boot").GetString());
        Assert.Equal(0, Json(sub, "status").GetProperty("spool").GetProperty("dropped").GetInt64());
        Assert.Contains(sub.Seen, m => m.Topic == Site.Topic("onvif-mj/VideoAnalytics/cam/EdgePose"));
        Assert.Contains(sub.Seen, m => m.Topic == $"spBv1.0/site/DBIRTH/{Site.Node}/cam");
        var announced = Json(sub.Seen.Last(m => m.Topic == $"homeassistant/device/edgepose_{Site.Node}_cam/config"));
        Assert.Equal(Site.Topic("streams/cam/zones/street"), announced.GetProperty("cmps").GetProperty("zone_street").GetProperty("state_topic").GetString());
        output.WriteLine($"{events.Count} events: {string.Join(", ", events.GroupBy(e => Json(e).GetProperty("type").GetString()).Select(g => $"{g.Count()} {g.Key}"))}");
    }

    [Fact]
    public async Task Command_SnapshotState_IsAnsweredAndOthersAreRefusedWithoutEffect()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var sub = await MosquittoSub.StartAsync(broker);
        using var site = Site.OfFigures();
        site.Configure(broker.Port, Site.Loop("cam", fixture.Figure), mqtt: "commands: [snapshot-state]");
        await using var daemon = site.Run();
        await sub.WaitForAsync(m => m.Topic == Site.Topic("streams/cam/availability") && m.Payload == "online");

        async Task SendAsync(string command, string body, bool retain = false) => await Tools.RunAsync("mosquitto_pub",
            [.. new[] { "-h", broker.Host, "-p", broker.Port.ToString(CultureInfo.InvariantCulture), "-q", "1", "-t", Site.Topic($"command/{command}"), "-m", body }, .. retain ? ["-r"] : Array.Empty<string>()]);
        await SendAsync("snapshot-state", """{"transaction":"t-1"}""");
        var answer = Json(await sub.WaitForAsync(m => m.Topic == Site.Topic("response/snapshot-state")));
        Assert.Equal(("ok", "t-1"), (answer.GetProperty("status").GetString(), answer.GetProperty("transaction").GetString()));
        Assert.Equal("online", answer.GetProperty("data").GetProperty("streams").GetProperty("cam").GetProperty("state").GetString());
        Assert.Empty(PublishedSchema.Load("response.v1").Check(answer.GetRawText()));

        await SendAsync("reload", "{}");
        var refused = Json(await sub.WaitForAsync(m => m.Topic == Site.Topic("response/reload")));
        Assert.Equal("error", refused.GetProperty("status").GetString());
        Assert.DoesNotContain(daemon.Log, l => l.Contains("eload", StringComparison.Ordinal) && l.Contains("started", StringComparison.Ordinal));
    }

    private static HashSet<string> Types(IEnumerable<SeenMessage> events) => [.. events.Select(e => Json(e).GetProperty("type").GetString()!)];

    private static JsonElement Json(SeenMessage message)
    {
        using var json = JsonDocument.Parse(message.Payload);
        return json.RootElement.Clone();
    }

    private static JsonElement Json(MosquittoSub sub, string topic) => Json(sub.Seen.Last(m => m.Topic == Site.Topic(topic)));
}
