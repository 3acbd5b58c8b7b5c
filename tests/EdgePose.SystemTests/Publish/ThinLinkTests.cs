using EdgePose.Domain;
using EdgePose.Peers;
using EdgePose.Sinks.Mqtt;

namespace EdgePose.SystemTests.Publish;

/// <summary>
/// 20 kbit/s upwards, as a tethered modem has it: slower than what sixteen cameras have to say. Late is only a broker that answers nothing at
/// all, so the connection stands, every event arrives, and poses give way.
/// </summary>
[Trait("Category", "Long")]
public sealed class ThinLinkTests(ITestOutputHelper output)
{
    private const int Streams = 16;

    [Fact]
    public Task SixteenStreamsOverTwentyKilobit_OneConnectionEveryEventAndFewerPoses() => RunAsync(waiting: 40);

    [Fact]
    public Task SixteenStreamsAndABacklogOverTwentyKilobit_OneConnectionEveryEventAndFewerPoses() => RunAsync(waiting: 557);

    private async Task RunAsync(int waiting)
    {
        await using var broker = await MosquittoBroker.StartAsync(new BrokerOptions { Extra = "max_queued_messages 0" });
        await using var sub = await MosquittoSub.StartAsync(broker, "edgepose/source/#");
        await using var link = new ThinLink(broker.Port, 20_000);
        await using var site = new EventSite(TransportFixture.To(broker) with { Port = link.Port }, maxRate: 30);
        for (var i = 0; i < waiting; i++) { site.Raise($"cam{i % Streams}", $"waited {i}"); }
        for (var s = 0; s < Streams; s++)
        {
            site.Publisher.SetStream($"cam{s}", new StreamStatus(StreamState.Online, DateTimeOffset.UtcNow, "", 1, 0, 640, 480, "h264", "h264"), default);
        }
        await site.UntilAsync(() => site.Publisher.Broker.IsConnected, "not connected");
        using var stop = new CancellationTokenSource();
        var filming = FilmAsync(site, stop.Token);
        for (var i = 0; i < 20; i++)
        {
            site.Raise($"cam{i % Streams}", $"live {i}");
            await Task.Delay(500);
        }

        await Tools.UntilAsync(
            () => Task.FromResult(Arrived(sub) == waiting + 20), () => $"{Arrived(sub)} of {waiting + 20} events arrived; {site.Publisher.Broker}, {site.Publisher.Stats}",
            TimeSpan.FromMinutes(8));
        await stop.CancelAsync();
        var sent = await filming;

        var poses = sub.Seen.Count(m => m.Topic.EndsWith("/poses", StringComparison.Ordinal));
        output.WriteLine($"{waiting + 20} events, {poses} of {sent} poses, {link.Up} bytes, {link.Connections} connections, {site.Publisher.Stats}");
        Assert.Equal((1, 0), (link.Connections, site.Publisher.Stats.Reconnects));
        Assert.InRange(poses, 1, sent / 2);
        Assert.True(site.Publisher.Stats.QueueFull > 0, "no pose gave way");
    }

    /// <summary>Ten frames a second of each stream, with a person each.</summary>
    private static async Task<int> FilmAsync(EventSite site, CancellationToken stop)
    {
        var (sent, skeleton) = (0, Skeletons.Get("coco17")!);
        var people = new TrackedPoseList(17);
        people.Add().Track = 1;
        for (var frame = 1L; !stop.IsCancellationRequested; frame++)
        {
            for (var s = 0; s < Streams; s++, sent++)
            {
                var info = new FrameInfo($"cam{s}", 1, frame, TimeProvider.System.GetTimestamp(), DateTimeOffset.UtcNow);
                site.Publisher.Poses(new PoseReport(info, 640, 480, skeleton, "m", people));
            }
            await Task.Delay(100, CancellationToken.None);
        }
        return sent;
    }

    private static int Arrived(MosquittoSub sub) =>
        sub.Seen.Where(m => m.Topic.EndsWith("/events", StringComparison.Ordinal)).Select(m => EventSite.Read(m.Payload).Reason).Distinct().Count();
}
