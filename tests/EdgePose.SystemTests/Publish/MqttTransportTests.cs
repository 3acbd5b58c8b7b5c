using System.Text;
using EdgePose.Peers;
using EdgePose.Sinks.Mqtt;
using EdgePose.Sinks.Mqtt.Transport;
using static EdgePose.SystemTests.Publish.TransportFixture;

namespace EdgePose.SystemTests.Publish;

public sealed class MqttTransportTests
{
    private static readonly Dictionary<string, string> Users = new() { ["edgepose"] = "s3cr3t-canary", ["viewer"] = "look" };

    [Theory]
    [InlineData(5)]
    [InlineData(4)]
    public async Task Publish_EachProtocolVersion_ReachesAnIndependentSubscriber(int version)
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var sub = await MosquittoSub.StartAsync(broker);
        await using var client = Start(To(broker) with { Version = (MqttVersion)version });
        await client.UntilAsync(BrokerState.Connected);
        var properties = new MqttProperties
        {
            ContentType = "application/json", Utf8 = true, Expiry = TimeSpan.FromSeconds(5), User = [new("schema", "edgepose.poses/1")],
        };

        var atLeastOnce = await client.Transport.PublishAsync(Message("a/b", "{\"x\":1}", properties: properties));
        var atMostOnce = await client.Transport.PublishAsync(Message("a/c", "later", MqttQos.AtMostOnce));

        Assert.True(atLeastOnce.IsSuccess);
        Assert.True(atMostOnce.IsSuccess);
        var seen = await sub.WaitForAsync("a/b", "{\"x\":1}");
        await sub.WaitForAsync("a/c", "later");
        Assert.Equal(version == 5 ? "application/json" : "", seen.ContentType);
        Assert.Equal(version == 5 ? "schema:edgepose.poses/1" : "", seen.UserProperties);
        Assert.Equal(version == 5 ? "5" : "", seen.Expiry);
    }

    [Fact]
    public async Task Publish_ManyAtOnceFromSeveralThreads_AreAllAcknowledgedAndArrive()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var sub = await MosquittoSub.StartAsync(broker, "load/#");
        await using var client = Start(To(broker));
        await client.UntilAsync(BrokerState.Connected);
        var window = new SemaphoreSlim(32);
        async Task<PublishResult> SendAsync(int i)
        {
            await window.WaitAsync();
            var result = await client.Transport.PublishAsync(Message($"load/{i % 4}", $"{i}"));
            window.Release();
            return result;
        }

        var results = await Task.WhenAll(Enumerable.Range(0, 2000).Select(i => Task.Run(() => SendAsync(i))));

        Assert.All(results, r => Assert.True(r.IsSuccess, r.Reason));
        await Tools.UntilAsync(() => sub.Seen.Count == 2000, "not all messages arrived");
        Assert.Equal(2000, sub.Seen.Select(m => m.Payload).Distinct().Count());
    }

    [Fact]
    public async Task Publish_ForbiddenByTheAcl_GivesReason87UnderV5AndSuccessUnder311()
    {
        var options = new BrokerOptions { Users = Users, Acl = "user edgepose\ntopic write ok/#\n" };
        await using var broker = await MosquittoBroker.StartAsync(options);
        var login = To(broker) with { User = "edgepose", Password = Password("s3cr3t-canary") };
        await using var v5 = Start(login);
        await using var v311 = Start(login with { Version = MqttVersion.V311, ClientId = "other" });
        await v5.UntilAsync(BrokerState.Connected);
        await v311.UntilAsync(BrokerState.Connected);

        var allowed = await v5.Transport.PublishAsync(Message("ok/a", "1"));
        var denied = await v5.Transport.PublishAsync(Message("forbidden/a", "1"));
        var hidden = await v311.Transport.PublishAsync(Message("forbidden/a", "1"));

        Assert.True(allowed.IsSuccess);
        Assert.Equal((PublishOutcome.Refused, 0x87), (denied.Outcome, denied.ReasonCode));
        Assert.Contains("Not authorized", denied.Reason, StringComparison.OrdinalIgnoreCase);
        Assert.True(hidden.IsSuccess);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(4)]
    public async Task Start_WrongPassword_IsNotAuthorisedAndNamesNeitherPassword(int version)
    {
        await using var broker = await MosquittoBroker.StartAsync(new BrokerOptions { Users = Users });
        await using var client = Start(To(broker) with { Version = (MqttVersion)version, User = "edgepose", Password = Password("wr0ng-canary") });

        var status = await client.UntilAsync(BrokerState.NotAuthorised);

        Assert.Contains("'edgepose'", status.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", status.Reason + string.Concat(client.Log.All) + broker.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(client.States, s => s.State == BrokerState.Connected);
    }

    [Fact]
    public async Task Start_NoBroker_IsRefusedAndConnectsOnceItIsThere()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        broker.Kill();
        await using var client = Start(To(broker));
        var refused = await client.UntilAsync(BrokerState.Refused);
        Assert.Contains("is the broker running?", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(PublishOutcome.NotConnected, (await client.Transport.PublishAsync(Message("a", "lost"))).Outcome);

        await broker.RestartAsync();
        await client.UntilAsync(BrokerState.Connected);
        await using var sub = await MosquittoSub.StartAsync(broker);
        await client.Transport.PublishAsync(Message("a", "kept"));
        await sub.WaitForAsync("a", "kept");

        Assert.DoesNotContain(sub.Seen, m => m.Payload == "lost");
        Assert.Equal(1, client.States.Count(s => s.State == BrokerState.Refused));
    }

    [Fact]
    public async Task Start_UnknownHost_IsUnreachableByName()
    {
        await using var client = Start(new MqttSettings { Host = "no-such-host.invalid", Port = 1883, ClientId = "x" });

        var status = await client.UntilAsync(BrokerState.Unreachable);

        Assert.Contains("'no-such-host.invalid' is not known", status.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_BrokerFrozen_CompletesAsLostAfterTheAnswerTimeout()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var client = Start(To(broker) with { AnswerTimeout = TimeSpan.FromSeconds(2) });
        await client.UntilAsync(BrokerState.Connected);
        broker.Freeze();
        try
        {
            var results = Enumerable.Range(0, BrokerConnection.MaxPending + 1).Select(_ => client.Transport.PublishAsync(Message("a", "1"))).ToArray();

            Assert.Equal(PublishOutcome.Busy, (await results[^1]).Outcome);
            Assert.Equal(PublishOutcome.ConnectionLost, (await results[0].WaitAsync(Tools.Patience)).Outcome);
            Assert.Equal("the broker does not acknowledge", (await client.UntilAsync(BrokerState.Lost)).Reason);
        }
        finally
        {
            broker.Thaw();
        }
    }

    [Fact]
    public async Task Publish_InFlightWhenTheBrokerDies_IsNotSentAgainByTheLibrary()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var client = Start(To(broker));
        await client.UntilAsync(BrokerState.Connected);
        broker.Freeze();
        var inFlight = client.Transport.PublishAsync(Message("once/a", "old", retain: true));
        broker.Kill();
        Assert.Equal(PublishOutcome.ConnectionLost, (await inFlight.WaitAsync(Tools.Patience)).Outcome);

        await broker.RestartAsync();
        await Tools.UntilAsync(() => client.Transport.Status.IsConnected, "no reconnect");
        await client.Transport.PublishAsync(Message("once/a", "new"));
        await using var sub = await MosquittoSub.StartAsync(broker, "once/#");
        await client.Transport.PublishAsync(Message("once/b", "end"));
        await sub.WaitForAsync("once/b", "end");

        Assert.DoesNotContain(sub.Seen, m => m.Payload == "old");
    }

    [Fact]
    public async Task Start_SecondClientWithTheSameId_IsSuspectedAfterThreeShortConnections()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var first = Start(To(broker));
        await first.UntilAsync(BrokerState.Connected);
        await using var second = Start(To(broker));

        await Tools.UntilAsync(
            () => first.States.Concat(second.States).Any(s => s.Reason.Contains("does another client use the id 'edgepose-hall'?", StringComparison.Ordinal)),
            "nobody suspects a second client");
        await Tools.UntilAsync(() => first.Transport.Status.IsConnected != second.Transport.Status.IsConnected, "the two go on fighting");
    }

    [Fact]
    public async Task Subscribe_MessageWithResponseTopic_ArrivesWithTopicPayloadAndProperties()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var client = Start(To(broker));
        await client.UntilAsync(BrokerState.Connected);

        Assert.True((await client.Transport.SubscribeAsync("cmd/+", MqttQos.AtLeastOnce)).IsSuccess);
        await client.Transport.PublishAsync(Message("cmd/x", "grüß", properties: new MqttProperties
        {
            ResponseTopic = "reply/here", CorrelationData = new byte[] { 0, 1, 255 }, ContentType = "text/plain",
        }));
        await Tools.UntilAsync(() => !client.Received.IsEmpty, "nothing was received");

        Assert.True(client.Received.TryDequeue(out var message));
        Assert.Equal(("cmd/x", "grüß"), (message.Topic, Encoding.UTF8.GetString(message.Payload.Span)));
        Assert.Equal(("reply/here", "text/plain"), (message.Properties.ResponseTopic, message.Properties.ContentType));
        Assert.Equal([0, 1, 255], message.Properties.CorrelationData.ToArray());
    }

    [Fact]
    public async Task Publish_TopicWithWildcard_IsInvalid()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var client = Start(To(broker));
        await client.UntilAsync(BrokerState.Connected);

        Assert.Equal(PublishOutcome.Invalid, (await client.Transport.PublishAsync(Message("a/+", "1"))).Outcome);
    }

    [Fact]
    public async Task Publish_LargerThanTheBrokerTakes_IsInvalidAndKeepsTheConnection()
    {
        await using var broker = await MosquittoBroker.StartAsync(new BrokerOptions { Extra = "max_packet_size 1000" });
        await using var client = Start(To(broker));
        await client.UntilAsync(BrokerState.Connected);

        var large = await client.Transport.PublishAsync(Message("a", new string('x', 2000)));
        var small = await client.Transport.PublishAsync(Message("a", "x"));

        Assert.Equal((PublishOutcome.Invalid, 0x95), (large.Outcome, large.ReasonCode));
        Assert.True(small.IsSuccess);
    }
}
