using EdgePose.Delivery.Documents;
using EdgePose.Domain;
using EdgePose.Peers;
using EdgePose.Sinks.Mqtt;
using EdgePose.Sinks.Mqtt.Transport;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Publish;

/// <summary>The publisher against a real broker, seen by a real subscriber.</summary>
public sealed class PublisherTests
{
    private const string Base = "edgepose/hall-pi/";
    private static readonly string[] Retained =
        ["availability", "info", "status", "streams/front/availability", "streams/front/state", "streams/front/people"];

    private readonly LogLines<Publication> _log = new();

    private Publication Start(MqttSettings options)
    {
        var transport = new MqttTransport(options, TimeProvider.System, new LogLines<MqttTransport>());
        var publisher = new Publication(
            new PublicationOptions { Prefix = "edgepose", Node = "hall-pi", MaxRate = 30, WillDelay = TimeSpan.Zero },
            transport, TimeProvider.System, _log, () => true, s => s);
        publisher.Start();
        publisher.SetInfo(new NodeInfo
        {
            Version = "0.1.0", ConfigHash = "00", Boot = "7f3a", Started = DateTimeOffset.UtcNow, Models = [], Streams = ["front"],
        });
        publisher.SetStatus(new NodeStatus(NodeState.Ok, [], "cpu", 1, 1));
        publisher.SetStream("front", new StreamStatus(StreamState.Online, DateTimeOffset.UtcNow, "", 1, 0, 64, 48, "h264", "h264"), default);
        return publisher;
    }

    private static PoseReport Report(long sequence, int people)
    {
        var skeleton = new Skeleton { Name = "one", Joints = ["nose"], Links = [], Flip = [0], Sigmas = [0.1f], BodyJoints = 1 };
        var list = new TrackedPoseList(1);
        for (var i = 0; i < people; i++) { list.Add().Track = i + 1; }
        var info = new FrameInfo("front", 1, sequence, TimeProvider.System.GetTimestamp(), DateTimeOffset.UtcNow);
        return new PoseReport(info, 64, 48, skeleton, "m", list);
    }

    [Fact]
    public async Task Restart_BrokerKilledAndItsStoreLost_HasEveryRetainedTopicAgain()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var publisher = Start(TransportFixture.To(broker));
        await Tools.UntilAsync(() => publisher.Broker.IsConnected, "not connected");
        publisher.Poses(Report(1, 2));
        await using (var before = await MosquittoSub.StartAsync(broker, Base + "#"))
        {
            foreach (var topic in Retained) { await before.WaitForAsync(m => m.Topic == Base + topic); }
        }

        broker.Kill();
        await Tools.UntilAsync(() => !publisher.Broker.IsConnected, "the loss was not noticed");
        for (var i = 2; i < 5; i++) { publisher.Poses(Report(i, 2)); }
        await broker.RestartAsync();
        await using var after = await MosquittoSub.StartAsync(broker, Base + "#");

        foreach (var topic in Retained) { await after.WaitForAsync(m => m.Topic == Base + topic); }
        await after.WaitForAsync(Base + "availability", "online");
        await after.WaitForAsync(Base + "streams/front/people", "2");
        Assert.Equal(3, publisher.Stats.NotConnected);
        Assert.Equal(1, publisher.Stats.Reconnects);
    }

    [Fact]
    public async Task Poses_Published_ArriveNotRetainedWithExpiry()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var sub = await MosquittoSub.StartAsync(broker, Base + "#");
        await using var publisher = Start(TransportFixture.To(broker));
        await Tools.UntilAsync(() => publisher.Broker.IsConnected, "not connected");

        publisher.Poses(Report(1, 1));
        var poses = await sub.WaitForAsync(m => m.Topic == Base + "streams/front/poses");

        Assert.Equal((0, false, "application/json", "schema:edgepose.poses/1"), (poses.Qos, poses.Retained, poses.ContentType, poses.UserProperties));
        Assert.InRange(int.Parse(poses.Expiry, System.Globalization.CultureInfo.InvariantCulture), 1, 5);
        Assert.StartsWith("{\"schema\":\"edgepose.poses/1\",\"node\":\"hall-pi\",\"stream\":\"front\"", poses.Payload, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_Clean_LeavesOfflineRetainedForTheNodeAndItsStreams()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var live = await MosquittoSub.StartAsync(broker, Base + "#");
        var publisher = Start(TransportFixture.To(broker));
        await live.WaitForAsync(Base + "streams/front/availability", "online");

        await publisher.StopAsync(CancellationToken.None);

        await using var late = await MosquittoSub.StartAsync(broker, Base + "#");
        Assert.True((await late.WaitForAsync(Base + "availability", "offline")).Retained);
        Assert.True((await late.WaitForAsync(Base + "streams/front/availability", "offline")).Retained);
        // A will would have been a second one.
        Assert.Single(live.Seen, m => m.Topic == Base + "availability" && m.Payload == "offline");
        Assert.DoesNotContain(_log.All, l => l.StartsWith("404", StringComparison.Ordinal));
        Assert.Contains("Received DISCONNECT from edgepose-hall", broker.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_BrokerFrozen_EndsWithinItsLimits()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        var publisher = Start(TransportFixture.To(broker));
        await Tools.UntilAsync(() => publisher.Broker.IsConnected && publisher.Stats.Published >= 5, "not connected");
        broker.Freeze();
        try
        {
            await publisher.StopAsync(CancellationToken.None).WaitAsync(Tools.Patience);
        }
        finally
        {
            broker.Thaw();
        }

        Assert.Contains(_log.All, l => l.StartsWith("404", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Password_RightOrWrong_IsInNoLogLineAndNoMessage()
    {
        var users = new Dictionary<string, string> { ["edgepose"] = "s3cr3t-canary", ["viewer"] = "look" };
        await using var broker = await MosquittoBroker.StartAsync(new BrokerOptions { Users = users });
        await using var sub = await MosquittoSub.StartAsync(broker, "#", "viewer", "look");
        var login = TransportFixture.To(broker) with { User = "edgepose" };
        await using var wrong = Start(login with { Password = new Secret("wr0ng-canary"), ClientId = "wrong" });
        await Tools.UntilAsync(() => wrong.Broker.State == BrokerState.NotAuthorised, "the wrong password was not refused");
        await using var right = Start(login with { Password = new Secret("s3cr3t-canary") });
        await sub.WaitForAsync(Base + "availability", "online");

        Assert.Contains(_log.All, l => l.Contains("NotAuthorised", StringComparison.Ordinal));
        Assert.DoesNotContain("canary", string.Concat(_log.All) + string.Concat(sub.Seen), StringComparison.Ordinal);
    }
}
