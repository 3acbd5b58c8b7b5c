using System.Diagnostics;
using EdgePose.Peers;
using EdgePose.SystemTests.Peers;
using static EdgePose.SystemTests.Publish.TransportFixture;

namespace EdgePose.SystemTests.Publish;

/// <summary>F27. The broker is away for the time of 10,000 events.</summary>
public sealed class F27_BrokerAwayTests(ITestOutputHelper output)
{
    private const int Waiting = 10_000, Live = 40;

    [Fact]
    public async Task TenThousandEventsWaited_AllArriveInTheOrderOfTheirStreamAndLiveOnesOfOthersAreNotBehindThem()
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
        var (watch, seen, arrived) = (Stopwatch.StartNew(), 0, new List<(string Stream, string Reason)>());
        for (var live = 0; live < Live || arrived.Count < Waiting + 2 * Live; live++)
        {
            if (live < Live)
            {
                site.Raise($"s{live % 4}", $"live {live}");
                site.Raise("quiet", $"live {live}");
            }
            await Task.Delay(50);
            foreach (var payload in witness.Payloads.Skip(seen))
            {
                seen++;
                var (stream, reason, _, _) = EventSite.Read(payload);
                arrived.Add((stream, reason));
            }
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(3), $"{arrived.Count} of {Waiting + 2 * Live} arrived; {site.Spool.Stats()}");
        }
        var quiet = arrived.Select((a, i) => (a.Stream, At: i)).Where(a => a.Stream == "quiet").Select(a => a.At).ToList();
        output.WriteLine($"{arrived.Count} events in {watch.Elapsed.TotalSeconds:0.0} s; the first of a stream of which none waited was number {quiet[0]}");

        Assert.Equal(Live, quiet.Count);
        // It was raised as the first of the others went out: their streams take turns with its own.
        Assert.InRange(quiet[0], 0, Waiting / 2);
        Assert.Equal(Enumerable.Range(0, Live).Select(n => $"live {n}"), arrived.Where(a => a.Stream == "quiet").Select(a => a.Reason));
        foreach (var stream in arrived.Where(a => a.Stream != "quiet").GroupBy(a => a.Stream))
        {
            var first = stream.Select(a => a.Reason).Distinct().ToList();
            var waited = first.Where(r => !r.StartsWith("live", StringComparison.Ordinal)).Select(r => int.Parse(r, null)).ToList();
            Assert.Equal(Waiting / 4, waited.Count);
            Assert.Equal(waited.Order(), waited);
            Assert.Equal(first.Count - Live / 4, first.FindLastIndex(r => !r.StartsWith("live", StringComparison.Ordinal)) + 1);
        }
    }
}
