using System.Collections.Concurrent;
using System.Text;
using EdgePose.Delivery;
using EdgePose.Delivery.Memory;
using EdgePose.Delivery.Spool.Storage;
using EdgePose.Domain;
using EdgePose.Events.Rules;
using EdgePose.Sinks.Mqtt;
using EdgePose.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Sinks.Mqtt;

/// <summary>
/// Lives of a daemon at one broker, each with a configuration of its own: what the broker keeps in the end is what the last one announces.
/// </summary>
public sealed class RetainedTopicsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-retained-").FullName;
    private readonly FakeTimeProvider _time = new();

    /// <summary>What the broker keeps, over all lives.</summary>
    private readonly ConcurrentDictionary<string, string> _kept = new(StringComparer.Ordinal);
    private readonly List<string> _early = [];

    /// <summary>A configuration.</summary>
    private sealed record Life
    {
        public string Prefix { get; init; } = "edgepose";
        public string Node { get; init; } = "hall-pi";
        public string Discovery { get; init; } = "homeassistant";
        public Announcement[] Streams { get; init; } = [Front];
        public Func<string, PublishResult>? Answer { get; init; }
    }

    private static readonly Announcement Front = new("front", ["hall", "door"], [DwellRule.Dwell])
    {
        Rules = [new AnnouncedRule("stay", DwellRule.Dwell.State)], Skeleton = Skeletons.Coco17,
    };

    private Announced Memory() =>
        new(new TwinFile(new PosixFileSystem(), Path.Combine(_folder, "memory"), "announced"), _time, NullLogger<Announced>.Instance);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Runs one until everything that it has to say is said, and leaves it as a kill does.</summary>
    private async Task LiveAsync(Life life, Func<FakeTransport, Task>? then = null)
    {
        var broker = new FakeTransport();
        broker.Answer = topic => Record(broker, topic, life.Answer);
        var options = new PublicationOptions { Prefix = life.Prefix, Node = life.Node, MaxRate = 10, DiscoveryPrefix = life.Discovery, Memory = Memory() };
        var publisher = new Publication(options, broker, _time, NullLogger<Publication>.Instance, () => true, s => s);
        publisher.SetInfo(Samples.Info);
        publisher.Announce(life.Streams);
        publisher.Start();
        foreach (var stream in life.Streams) { publisher.SetStream(stream.Stream, Samples.Online, default); }
        broker.Connect();
        await UntilAsync(() => _kept.Keys.Order().SequenceEqual(Expected(life).Order()) || then is not null, () => string.Join('\n', _kept.Keys.Order()));
        if (then is not null) { await then(broker); }
        // As a kill: nobody takes leave.
        broker.Fail(BrokerState.Lost, "gone");
        await publisher.DisposeAsync();
    }

    private PublishResult Record(FakeTransport broker, string topic, Func<string, PublishResult>? answer)
    {
        var result = answer?.Invoke(topic) ?? new PublishResult(PublishOutcome.Accepted, 0, "");
        lock (_early)
        {
            foreach (var message in broker.Sent.Where(m => m.Topic == topic && m.Retain).TakeLast(1))
            {
                if (!message.Payload.IsEmpty && !Memory().Names.Contains(topic)) { _early.Add(topic); }
                if (!result.IsSuccess) { continue; }
                if (message.Payload.IsEmpty) { _kept.TryRemove(topic, out _); }
                else { _kept[topic] = Encoding.UTF8.GetString(message.Payload.Span); }
            }
        }
        return result;
    }

    private static IEnumerable<string> Expected(Life life)
    {
        var root = $"{life.Prefix}/{life.Node}";
        return
        [
            $"{root}/availability", $"{root}/info", .. life.Streams.Any(s => s.Skeleton is not null) ? [$"{root}/skeletons/coco17"] : Array.Empty<string>(),
            .. life.Streams.SelectMany(s => (string[])
            [
                $"{root}/streams/{s.Stream}/availability", $"{root}/streams/{s.Stream}/state", .. s.Zones.Select(z => $"{root}/streams/{s.Stream}/zones/{z}"),
                .. s.Rules.Select(r => $"{root}/streams/{s.Stream}/rules/{r.Name}"),
                .. life.Discovery.Length > 0 ? [$"{life.Discovery}/device/edgepose_{life.Node}_{s.Stream}/config"] : Array.Empty<string>(),
            ]),
        ];
    }

    private async Task UntilAsync(Func<bool> condition, Func<string> otherwise)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            if (condition()) { return; }
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), otherwise());
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(2);
        }
    }

    private static readonly string[] Names =
    [
        "nothing", "stream removed", "stream renamed", "zone removed", "rule removed", "node", "prefix", "home assistant off", "discovery prefix", "all",
    ];

    public static TheoryData<string> Changes() => [.. Names];

    private static Life Changed(string what) => what switch
    {
        "nothing" => new Life(),
        "stream removed" => new Life { Streams = [] },
        "stream renamed" => new Life { Streams = [Front with { Stream = "back" }] },
        "zone removed" => new Life { Streams = [Front with { Zones = ["door"] }] },
        "rule removed" => new Life { Streams = [Front with { Rules = [] }] },
        "node" => new Life { Node = "door-pi" },
        "prefix" => new Life { Prefix = "site/one" },
        "home assistant off" => new Life { Discovery = "" },
        "discovery prefix" => new Life { Discovery = "ha" },
        "all" => new Life { Node = "x", Prefix = "y", Discovery = "z", Streams = [Front with { Stream = "back", Zones = [], Rules = [], Skeleton = null }] },
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, "no such change"),
    };

    /// <summary>Killed, then started with another configuration; then with the first one again.</summary>
    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Kill_AndAnotherConfiguration_TheBrokerKeepsWhatTheLastOneAnnounces(string what)
    {
        await LiveAsync(new Life());
        await LiveAsync(Changed(what));
        await LiveAsync(new Life());
        await LiveAsync(Changed(what));
        Assert.Empty(_early);
        // The memory is no longer than what it is about; the last will of another node may still come.
        await UntilAsync(() => Memory().Names.Except(Expected(Changed(what))).All(n => n.EndsWith("/availability", StringComparison.Ordinal)
            || n.EndsWith("/people", StringComparison.Ordinal) || n.EndsWith("/status", StringComparison.Ordinal)), () => string.Join('\n', Memory().Names));
    }

    [Fact]
    public async Task KillsAtRandomMoments_TheBrokerKeepsWhatTheLastConfigurationAnnounces()
    {
        var random = new Random(11);
        for (var life = 0; life < 25; life++)
        {
            var broken = 0;
            var most = random.Next(40);
            await LiveAsync(Changed(Names[random.Next(Names.Length)]) with
            {
                Answer = _ => broken++ < most ? new PublishResult(PublishOutcome.Accepted, 0, "") : PublishResult.Lost,
            }, _ => Task.Delay(random.Next(8)));
        }
        await LiveAsync(new Life());
        Assert.Empty(_early);
    }

    [Fact]
    public async Task Clearing_ThatTheBrokerRefuses_IsTriedAtTheNextConnectionAndTheNextStart()
    {
        await LiveAsync(new Life());
        await LiveAsync(new Life { Streams = [], Answer = t => t.Contains("/streams/", StringComparison.Ordinal) ? new(PublishOutcome.Refused, 0x87, "no") : new(PublishOutcome.Accepted, 0, "") },
            broker => UntilAsync(() => broker.Sent.Any(m => m.Topic.EndsWith("/streams/front/state", StringComparison.Ordinal)), () => "not tried"));
        Assert.Contains("edgepose/hall-pi/streams/front/state", _kept.Keys);
        await LiveAsync(new Life { Streams = [] });
    }

    /// <summary>The broker publishes the last will of a killed daemon after its delay: then the next one, of another name, has long cleared it.</summary>
    [Fact]
    public async Task LastWill_OfAFormerName_IsClearedAlsoWhenItComesLater()
    {
        await LiveAsync(new Life());
        const string Will = "edgepose/hall-pi/availability";
        await LiveAsync(new Life { Node = "door-pi" }, async broker =>
        {
            await UntilAsync(() => !_kept.ContainsKey(Will), () => "the name is still there");
            _kept[Will] = "offline";
            await UntilAsync(() => !_kept.ContainsKey(Will), () => "the will is still there");
            _time.Advance(TimeSpan.FromSeconds(60));
            await UntilAsync(() => !Memory().Names.Contains(Will), () => "it is never forgotten");
        });
    }

    [Fact]
    public async Task Entity_ThatIsGone_IsTakenBackBeforeTheDocumentWithoutIt()
    {
        const string Topic = "homeassistant/device/edgepose_hall-pi_front/config";
        await LiveAsync(new Life());
        await LiveAsync(new Life { Streams = [Front with { Zones = ["hall"], Rules = [] }] }, async broker =>
        {
            await UntilAsync(() => broker.Payloads(Topic).Count == 2, () => string.Join('\n', broker.Payloads(Topic)));
            var (first, second) = (broker.Payloads(Topic)[0], broker.Payloads(Topic)[1]);
            Assert.Contains("\"zone_door\":{\"p\":\"sensor\"}", first, StringComparison.Ordinal);
            Assert.Contains("\"rule_stay\":{\"p\":\"binary_sensor\"}", first, StringComparison.Ordinal);
            Assert.DoesNotContain("zone_door", second, StringComparison.Ordinal);
        });
        await LiveAsync(new Life { Streams = [Front with { Zones = ["hall"], Rules = [] }] },
            async broker =>
            {
                await UntilAsync(() => broker.Payloads(Topic).Count >= 1, () => "no document");
                Assert.DoesNotContain("zone_door", broker.Payloads(Topic)[0], StringComparison.Ordinal);
            });
    }

    /// <summary>A version without a memory announced streams under ids that could collide, and types of events as entities.</summary>
    [Fact]
    public async Task FirstLifeWithAMemory_TakesBackWhatAFormerVersionAnnounced()
    {
        const string Former = "homeassistant/device/edgepose_hall-pi_front_door/config", Present = "homeassistant/device/edgepose_hall-pi_front__door/config";
        _kept[Former] = "{}";
        var stream = Front with { Stream = "front_door" };
        await LiveAsync(new Life { Streams = [stream, Front] }, async broker =>
        {
            await UntilAsync(() => !_kept.ContainsKey(Former) && _kept.ContainsKey(Present), () => string.Join('\n', _kept.Keys));
            await UntilAsync(() => broker.Payloads("homeassistant/device/edgepose_hall-pi_front/config").Count == 2, () => "not taken back");
            Assert.Contains("\"dwell\":{\"p\":\"binary_sensor\"}", broker.Payloads("homeassistant/device/edgepose_hall-pi_front/config")[0], StringComparison.Ordinal);
        });
        await LiveAsync(new Life { Streams = [stream] }, async broker =>
        {
            await UntilAsync(() => broker.Payloads(Present).Count == 1, () => "not announced");
            Assert.Empty(broker.Payloads(Former));
        });
    }
}
