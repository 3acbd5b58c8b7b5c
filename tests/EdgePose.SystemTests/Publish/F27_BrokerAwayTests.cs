using System.Diagnostics;
using EdgePose.Peers;
using EdgePose.SystemTests.Peers;
using static EdgePose.SystemTests.Publish.TransportFixture;

namespace EdgePose.SystemTests.Publish;

/// <summary>F27. The broker is away for the time of 10,000 events.</summary>
public sealed class F27_BrokerAwayTests(ITestOutputHelper output)
{
    private const int Waiting = 10_000;

    [Fact]
    public async Task TenThousandEventsWaited_AllArriveInTheOrderOfTheirStreamAndLiveOnesWaitBelowFiveSeconds()
    {
        await using var broker = await MosquittoBroker.StartAsync(new BrokerOptions { Extra = "max_queued_messages 0" });
        broker.Kill();
        // Held back until the witness listens: what a broker hands to nobody is not lost by the spool.
        await using var way = new FaultProxy(broker.Port) { Stalled = true };
        await using var site = new EventSite(To(broker) with { Port = way.Port });
        for (var n = 0; n < Waiting; n++)
        {
            var (sequence, completed) = site.Raise($"s{n % 4}", $"{n}");
            // A burst beyond the queue of the disk would be refused and counted: cameras do not make such bursts.
            if (n % 1000 == 999) { await completed; }
            Assert.True(sequence > 0);
        }
        Assert.Equal(Waiting, site.Spool.Stats().Depth);

        await broker.RestartAsync();
        await using var witness = new Witness(broker, "witness", "edgepose/source/streams/+/events", session: false);
        await Tools.UntilAsync(() => witness.Connections > 0, "the witness did not come");
        way.Stalled = false;
        var (raised, watch) = (new Dictionary<string, TimeSpan>(StringComparer.Ordinal), Stopwatch.StartNew());
        var (waits, seen) = (new List<double>(), 0);
        var arrived = new List<(string Stream, string Reason)>();
        for (var live = 0; live < 40 || arrived.Count < Waiting + raised.Count; live++)
        {
            if (live < 40)
            {
                raised[$"live {live}"] = watch.Elapsed;
                site.Raise($"s{live % 4}", $"live {live}");
            }
            await Task.Delay(50);
            foreach (var payload in witness.Payloads.Skip(seen))
            {
                seen++;
                var (stream, reason, _, _) = EventSite.Read(payload);
                arrived.Add((stream, reason));
                if (raised.TryGetValue(reason, out var at)) { waits.Add((watch.Elapsed - at).TotalSeconds); }
            }
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"{arrived.Count} of {Waiting + raised.Count} arrived; {site.Spool.Stats()}");
        }
        output.WriteLine($"{arrived.Count} events in {watch.Elapsed.TotalSeconds:0.0} s; live ones waited at most {waits.Max():0.00} s");

        Assert.Equal(40, waits.Count);
        Assert.InRange(waits.Max(), 0, 5);
        foreach (var stream in arrived.GroupBy(a => a.Stream))
        {
            var first = stream.Select(a => a.Reason).Distinct().ToList();
            var waited = first.Where(r => !r.StartsWith("live", StringComparison.Ordinal)).Select(r => int.Parse(r, null)).ToList();
            Assert.Equal(Waiting / 4, waited.Count);
            Assert.Equal(waited.Order(), waited);
            Assert.Equal(first.Count - 10, first.FindLastIndex(r => !r.StartsWith("live", StringComparison.Ordinal)) + 1);
        }
    }
}
