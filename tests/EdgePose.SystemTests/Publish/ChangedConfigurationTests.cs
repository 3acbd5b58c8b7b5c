using System.Globalization;
using System.Text.Json;
using EdgePose.Peers;
using EdgePose.SystemTests.Observation;

namespace EdgePose.SystemTests.Publish;

/// <summary>
/// The whole daemon is killed or stopped at random moments and started with another configuration: other streams, zones and rules, another name of
/// the node, another prefix, Home Assistant on and off. In the end the broker holds what the last configuration announces and nothing else, every
/// event has ended, and no number is missing. EDGEPOSE_DAEMON_KILLS sets the number of lives.
/// </summary>
[Trait("Category", "Long")]
public sealed class ChangedConfigurationTests(ITestOutputHelper output)
{
    private const string Skeleton = "crowdpose14";

    /// <summary>A configuration by what it announces.</summary>
    private sealed record Life(string Node, string Prefix, string Discovery, IReadOnlyList<Camera> Cameras);

    private sealed record Camera(string Id, bool Enabled, int Zones);

    private static int Setting(string name, int fallback) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var n) ? n : fallback;

    private static Life Draw(Random random)
    {
        T Any<T>(params T[] all) => all[random.Next(all.Length)];
        string[] names = ["cam", "cam_1", "b"];
        List<Camera> cameras = [.. names.Where(_ => random.Next(3) > 0).Select(n => new Camera(n, random.Next(5) > 0, Any(1, 2, 4)))];
        if (!cameras.Any(c => c.Enabled)) { cameras = [new Camera("cam", true, 2)]; }
        return new Life(Any("tiny-box", "tiny-box", "tiny_box", "other"), Any("edgepose", "edgepose", "site/one"), Any("homeassistant", "homeassistant", "", "ha"), cameras);
    }

    private static void Configure(TinySite site, Life life, string clip, int port)
    {
        string Zone(int i, int of) => string.Create(CultureInfo.InvariantCulture,
            $"      z{i}: [[{i / (double)of}, 0], [{(i + 1) / (double)of}, 0], [{(i + 1) / (double)of}, 1], [{i / (double)of}, 1]]");
        var cameras = life.Cameras.Select(c => $"  {c.Id}:\n    url: {clip}\n    fps: 0\n    loop: true\n    enabled: {(c.Enabled ? "true" : "false")}\n    zones:\n"
            + string.Join('\n', Enumerable.Range(0, c.Zones).Select(i => Zone(i, c.Zones))) + "\n    rules:\n"
            + string.Join('\n', Enumerable.Range(0, c.Zones).Select(i => $"      in{i}: {{ type: zone, zone: z{i} }}\n      stay{i}: {{ type: dwell, zone: z{i}, after: 20ms }}")));
        var discovery = life.Discovery.Length > 0 ? $", home_assistant: true, discovery_prefix: {life.Discovery}" : "";
        site.Configure(
            string.Join('\n', cameras),
            $"spool: {{ folder: \"{site.Folder}/spool\" }}\nmqtt: {{ url: \"mqtt://127.0.0.1:{port}\", prefix: {life.Prefix}, sparkplug_group: site{discovery} }}\nskipping: {{ enabled: false }}\nevents: {{ enter_after: 0s, leave_after: 0s, min_age: 0s }}",
            node: life.Node);
    }

    private static HashSet<string> Announced(Life life)
    {
        var root = $"{life.Prefix}/{life.Node}";
        static string Doubled(string name) => name.Replace("_", "__", StringComparison.Ordinal);
        HashSet<string> topics = [$"{root}/availability", $"{root}/info", $"{root}/status", $"{root}/skeletons/{Skeleton}"];
        foreach (var camera in life.Cameras)
        {
            topics.UnionWith([$"{root}/streams/{camera.Id}/availability", $"{root}/streams/{camera.Id}/state"]);
            if (!camera.Enabled) { continue; }
            topics.Add($"{root}/streams/{camera.Id}/people");
            foreach (var i in Enumerable.Range(0, camera.Zones)) { topics.UnionWith(((string[])[$"zones/z{i}", $"rules/in{i}", $"rules/stay{i}"]).Select(t => $"{root}/streams/{camera.Id}/{t}")); }
            if (life.Discovery.Length > 0) { topics.Add($"{life.Discovery}/device/edgepose_{Doubled(life.Node)}_{Doubled(camera.Id)}/config"); }
        }
        return topics;
    }

    [Fact]
    public async Task KilledWithAnotherConfigurationEachTime_NothingStaysThatTheLastOneDoesNotAnnounce()
    {
        var (kills, seed) = (Setting("EDGEPOSE_DAEMON_KILLS", 8), Setting("EDGEPOSE_KILL_SEED", 20261130));
        var random = new Random(seed);
        using var site = new TinySite();
        await using var broker = await MosquittoBroker.StartAsync(new BrokerOptions { Extra = "max_queued_messages 0\nmax_inflight_messages 0" });
        await using var watch = await TopicWatch.StartAsync(broker);
        var clip = await F32_KillTests.JumpingClipAsync(site.Folder);
        var stopped = 0;
        for (var round = 0; round < kills; round++)
        {
            Configure(site, Draw(random), clip, broker.Port);
            await using var daemon = EdgePoseProcess.Start(["run", "--config", site.ConfigPath, "-q"]);
            await EventsAsync(watch, daemon, 8);
            await Task.Delay(random.Next(10, 800));
            var isStop = random.Next(4) == 0;
            stopped += isStop ? 1 : 0;
            daemon.Signal(isStop ? EdgePoseProcess.SigTerm : EdgePoseProcess.SigKill);
            await daemon.WaitForExitAsync(Tools.Patience);
        }
        var last = Draw(random);
        Configure(site, last, clip, broker.Port);
        await using (var daemon = EdgePoseProcess.Start(["run", "--config", site.ConfigPath, "-q"]))
        {
            await EventsAsync(watch, daemon, 8);
            // By then the broker has published the last will of the one that was killed before.
            await Task.Delay(TimeSpan.FromSeconds(12));
            var expected = Announced(last);
            var kept = new HashSet<string>();
            await Tools.UntilAsync(async () => (kept = await watch.KeptAsync()).SetEquals(expected),
                () => $"too much: {string.Join(", ", kept.Except(expected).Order())}; missing: {string.Join(", ", expected.Except(kept).Order())}\n{string.Join('\n', daemon.Log.TakeLast(20))}", TimeSpan.FromSeconds(60));
            daemon.Signal(EdgePoseProcess.SigTerm);
            Assert.Equal(0, await daemon.WaitForExitAsync(Tools.Patience));
        }
        output.WriteLine($"seed {seed}: {kills - stopped} killed, {stopped} stopped, {watch.Events.Count} messages of events");
        Judge(watch, kills);
        foreach (var (topic, payload) in await watch.RetainedAsync())
        {
            if (topic.Contains("/rules/", StringComparison.Ordinal)) { Assert.True(payload == "0", $"{topic} is {payload}, and nothing is open"); }
        }
    }

    private static async Task EventsAsync(TopicWatch watch, EdgePoseProcess daemon, int count)
    {
        var before = watch.Events.Count;
        await Tools.UntilAsync(
            () => Task.FromResult(daemon.HasExited ? throw new InvalidOperationException(string.Join('\n', daemon.Log)) : watch.Events.Count >= before + count),
            () => $"no events: {string.Join('\n', daemon.Log)}", TimeSpan.FromMinutes(2));
    }

    /// <summary>No number is missing, and what has started has ended exactly once.</summary>
    private void Judge(TopicWatch watch, int kills)
    {
        var (seen, gaps, starts, ends) = (new HashSet<long>(), new List<(long First, long Last)>(), new HashSet<string>(StringComparer.Ordinal), new Dictionary<string, HashSet<long>>(StringComparer.Ordinal));
        var restarts = 0;
        foreach (var payload in watch.Events)
        {
            using var json = JsonDocument.Parse(payload);
            var e = json.RootElement;
            var (seq, key, phase) = (e.GetProperty("seq").GetInt64(), e.GetProperty("key").GetString()!, e.GetProperty("phase").GetString());
            var isFirst = seen.Add(seq);
            if (e.TryGetProperty("missing", out var missing)) { gaps.Add((missing.GetProperty("first_seq").GetInt64(), missing.GetProperty("last_seq").GetInt64())); }
            if (phase == "start" && e.GetProperty("type").GetString() is not ("gap" or "line_cross")) { starts.Add(key); }
            if (phase != "end") { continue; }
            if (!ends.TryGetValue(key, out var numbers)) { ends[key] = numbers = []; }
            numbers.Add(seq);
            if (isFirst && e.GetProperty("reason").GetString() == "restart") { restarts++; }
        }
        for (var seq = 1L; seq <= seen.Max(); seq++) { Assert.True(seen.Contains(seq) || gaps.Any(g => seq >= g.First && seq <= g.Last), $"number {seq} is nowhere"); }
        output.WriteLine($"{seen.Count} events, {gaps.Count} gaps, {starts.Count} happenings, {restarts} ended by a restart");
        var open = starts.Where(k => !ends.ContainsKey(k)).ToList();
        Assert.True(open.Count == 0, $"{open.Count} never ended, among them {string.Join(", ", open.Take(5))}");
        Assert.All(ends, e => Assert.True(e.Value.Count == 1, $"{e.Key} ended {e.Value.Count} times: {string.Join(", ", e.Value)}"));
        Assert.True(restarts > 0 || kills < 4, "no kill met an open event");
    }
}
