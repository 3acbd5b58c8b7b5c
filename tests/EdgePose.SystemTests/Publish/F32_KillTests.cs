using System.Globalization;
using System.Text.Json;
using EdgePose.Peers;
using EdgePose.SystemTests.Observation;

namespace EdgePose.SystemTests.Publish;

/// <summary>
/// F32. Daemon and broker are killed with -9 at random moments while events are raised; a subscriber with a persistent session keeps count. The
/// number of kills is raised by EDGEPOSE_KILLS (the closing figure: 300 kills, 20,000 events).
/// </summary>
public sealed class F32_KillTests(ITestOutputHelper output)
{
    private const int InFlight = 32;

    private static int Setting(string name, int fallback) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var n) ? n : fallback;

    [Fact]
    public async Task KilledAtAnyMoment_EveryAcceptedEventArrivesOrIsNamedInAGap()
    {
        var kills = Setting("EDGEPOSE_KILLS", 16);
        var seed = Setting("EDGEPOSE_KILL_SEED", 20261122);
        var random = new Random(seed);
        var folder = Directory.CreateTempSubdirectory("edgepose-kill-").FullName;
        await using var broker = await MosquittoBroker.StartAsync(new BrokerOptions { Persistent = true, Extra = "max_queued_messages 0\nmax_inflight_messages 0" });
        await using var witness = new Witness(broker, "witness", "edgepose/source/streams/+/events", session: true);
        // A broker that comes back hands its persistent sessions again what they had not acknowledged; a plain subscriber sees only what is published.
        await using var copies = new Witness(broker, "copies", "edgepose/source/streams/+/events", session: false);
        await Tools.UntilAsync(() => witness.Connections > 0 && copies.Connections > 0, "the witnesses did not come");
        var accepted = new HashSet<string>(StringComparer.Ordinal);
        var killed = (Source: 0, Broker: 0);
        try
        {
            for (var round = 0; round < kills; round++)
            {
                await Tools.UntilAsync(() => copies.Connections > killed.Broker, "the counter of copies did not come back");
                await using var source = EventSource.Start(folder, broker.Port, 200, 100_000);
                await source.RaisingAsync();
                await Task.Delay(random.Next(10, 400));
                var victim = random.Next(3);
                if (victim != 0)
                {
                    // Never while the witness is away: what a broker has acknowledged and not yet written down, it loses itself. A witness
                    // that is there gets a message before the source gets the acknowledgement.
                    await Tools.UntilAsync(() => witness.Connections > killed.Broker, "the witness did not come back");
                    broker.Kill();
                    killed.Broker++;
                }
                if (victim == 1)
                {
                    // The broker alone: it comes back to a source that goes on.
                    await broker.RestartAsync();
                    await Task.Delay(random.Next(50, 400));
                }
                await source.KillAsync();
                killed.Source++;
                accepted.UnionWith(source.Accepted);
                if (victim == 2) { await broker.RestartAsync(); }
            }
            await using (var last = EventSource.Start(folder, broker.Port, 100, 1))
            {
                await last.EmptyAsync(TimeSpan.FromMinutes(2));
                accepted.UnionWith(last.Accepted);
            }
            await Tools.UntilAsync(() => witness.Connections > killed.Broker, "the witness did not come back");
            await ArrivedAsync(witness, accepted);
        }
        finally
        {
            output.WriteLine($"seed {seed}: {kills} rounds, broker killed {killed.Broker} times, source {killed.Source} times, {accepted.Count} events accepted");
            Directory.Delete(folder, recursive: true);
        }
        Judge(witness, copies, accepted.Count, killed.Source + killed.Broker);
    }

    /// <summary>The whole program, whose rules raise the events: a figure that jumps between the zones of a picture.</summary>
    [Fact]
    public async Task WholeDaemonKilledAtAnyMoment_NoNumberIsMissing()
    {
        var (kills, events) = (Setting("EDGEPOSE_DAEMON_KILLS", 6), Setting("EDGEPOSE_DAEMON_EVENTS", 20));
        var seed = Setting("EDGEPOSE_KILL_SEED", 20261122);
        var random = new Random(seed);
        using var site = new TinySite();
        await using var broker = await MosquittoBroker.StartAsync(new BrokerOptions { Persistent = true, Extra = "max_queued_messages 0\nmax_inflight_messages 0" });
        await using var witness = new Witness(broker, "witness", "edgepose/tiny-box/streams/+/events", session: true);
        await using var copies = new Witness(broker, "copies", "edgepose/tiny-box/streams/+/events", session: false);
        await Tools.UntilAsync(() => witness.Connections > 0 && copies.Connections > 0, "the witnesses did not come");
        site.Configure(Jumping(await JumpingClipAsync(site.Folder)), $"spool: {{ folder: \"{site.Folder}/spool\" }}\nmqtt: {{ url: \"mqtt://127.0.0.1:{broker.Port}\" }}\nskipping: {{ enabled: false }}\nevents: {{ enter_after: 0s, leave_after: 0s, min_age: 0s, stream_state: false }}");
        var killed = (Daemon: 0, Broker: 0);
        for (var round = 0; round <= kills; round++)
        {
            await Tools.UntilAsync(() => copies.Connections > killed.Broker, "the counter of copies did not come back");
            await using var daemon = EdgePoseProcess.Start(["run", "--config", site.ConfigPath, "-q"]);
            // New ones: what a kill lets come twice says nothing about this life.
            var before = Seen(witness).Ids.Count;
            await Tools.UntilAsync(() => Task.FromResult(daemon.HasExited ? throw new InvalidOperationException(string.Join("\n", daemon.Log)) : Seen(witness).Ids.Count >= before + events), () => $"no event in round {round}: {string.Join('\n', daemon.Log)}", TimeSpan.FromMinutes(3));
            if (round == kills)
            {
                // The last one is stopped: what it could not bring any more it keeps.
                daemon.Signal(EdgePoseProcess.SigTerm);
                Assert.Equal(0, await daemon.WaitForExitAsync(Tools.Patience));
                break;
            }
            await Task.Delay(random.Next(10, 600));
            var victim = random.Next(3);
            if (victim != 0)
            {
                await Tools.UntilAsync(() => witness.Connections > killed.Broker, "the witness did not come back");
                broker.Kill();
                killed.Broker++;
            }
            if (victim == 1)
            {
                await broker.RestartAsync();
                await Task.Delay(random.Next(50, 600));
            }
            daemon.Signal(EdgePoseProcess.SigKill);
            await daemon.WaitForExitAsync(Tools.Patience);
            killed.Daemon++;
            if (victim == 2) { await broker.RestartAsync(); }
        }
        output.WriteLine($"seed {seed}: broker killed {killed.Broker} times, the daemon {killed.Daemon} times");
        Judge(witness, copies, events * kills, killed.Daemon + killed.Broker);
    }

    /// <summary>Three coloured spots, between which the tiny network sees one person, walk to and fro through a zone every 80 ms.</summary>
    private static async Task<string> JumpingClipAsync(string folder)
    {
        var path = Path.Combine(folder, "jumping.nut");
        const string Body = "color=black:size=16x48:rate=100,drawbox=x=4:y=0:w=8:h=8:color=red:t=fill,drawbox=x=0:y=20:w=8:h=8:color=lime:t=fill,drawbox=x=8:y=40:w=8:h=8:color=blue:t=fill";
        string[] arguments =
        [
            "-nostdin", "-v", "error", "-f", "lavfi", "-i", "color=black:size=64x64:rate=100", "-f", "lavfi", "-i", Body,
            "-filter_complex", @"overlay=x=abs(mod(n\,96)-48):y=8", "-frames:v", "1600", "-c:v", "rawvideo", "-pix_fmt", "yuv420p", path,
        ];
        await Tools.RunAsync("ffmpeg", arguments);
        return path;
    }

    private static string Jumping(string clip)
    {
        var zones = Enumerable.Range(0, 8).Select(i => string.Create(CultureInfo.InvariantCulture, $"      z{i}: [[{i / 8.0}, 0], [{(i + 1) / 8.0}, 0], [{(i + 1) / 8.0}, 1], [{i / 8.0}, 1]]"));
        var rules = Enumerable.Range(0, 8).Select(i => $"      in{i}: {{ type: zone, zone: z{i} }}");
        return string.Concat(Enumerable.Range(0, 3).Select(i =>
            $"  cam{i}:\n    url: {clip}\n    fps: 0\n    loop: true\n    zones:\n{string.Join('\n', zones)}\n    rules:\n{string.Join('\n', rules)}\n"));
    }

    private static (Dictionary<string, int> Ids, List<(long First, long Last)> Gaps) Seen(Witness witness)
    {
        var (ids, gaps) = (new Dictionary<string, int>(StringComparer.Ordinal), new List<(long, long)>());
        foreach (var payload in witness.Payloads)
        {
            using var json = JsonDocument.Parse(payload);
            var id = json.RootElement.GetProperty("id").GetString()!;
            ids[id] = ids.GetValueOrDefault(id) + 1;
            if (json.RootElement.TryGetProperty("missing", out var missing)) { gaps.Add((missing.GetProperty("first_seq").GetInt64(), missing.GetProperty("last_seq").GetInt64())); }
        }
        return (ids, gaps);
    }

    private static bool IsNamed(string id, List<(long First, long Last)> gaps)
    {
        var seq = long.Parse(id[(id.LastIndexOf('/') + 1)..], CultureInfo.InvariantCulture);
        return gaps.Any(g => seq >= g.First && seq <= g.Last);
    }

    private static async Task ArrivedAsync(Witness witness, HashSet<string> accepted)
    {
        string[] Missing()
        {
            var (ids, gaps) = Seen(witness);
            return [.. accepted.Where(a => !ids.ContainsKey(a) && !IsNamed(a, gaps))];
        }
        await Tools.UntilAsync(async () => { await Task.Delay(200); return Missing().Length == 0; },
            () => $"{Missing().Length} of {accepted.Count} accepted events never arrived, among them {string.Join(", ", Missing().Take(5))}");
    }

    private void Judge(Witness witness, Witness copies, int accepted, int kills)
    {
        var (ids, gaps) = Seen(witness);
        var (published, _) = Seen(copies);
        var repeats = published.Values.Sum(n => n - 1);
        output.WriteLine($"{ids.Count} ids arrived, {gaps.Count} gaps; {published.Count} ids seen published, {repeats} of them again ({repeats / (double)kills:0.0} a kill)");
        Assert.True(published.Count > ids.Count / 2, "the counter of copies was away most of the time");
        Assert.True(accepted > kills * 5, "too few events were raised to mean anything");
        Assert.InRange(repeats, 0, kills * InFlight);
        // Numbers without holes: what no message has, a gap has.
        var seqs = ids.Keys.Select(i => long.Parse(i[(i.LastIndexOf('/') + 1)..], CultureInfo.InvariantCulture)).ToHashSet();
        for (var seq = 1L; seq <= seqs.Max(); seq++) { Assert.True(seqs.Contains(seq) || gaps.Any(g => seq >= g.First && seq <= g.Last), $"number {seq} is nowhere"); }
    }
}
