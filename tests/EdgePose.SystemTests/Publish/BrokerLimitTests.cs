using System.Text;
using EdgePose.Peers;
using EdgePose.Sinks.Mqtt;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using static EdgePose.SystemTests.Publish.TransportFixture;

namespace EdgePose.SystemTests.Publish;

/// <summary>What a broker announces in CONNACK. The client library reads it and leaves obeying to its user.</summary>
public sealed class BrokerLimitTests
{
    private static MqttSettings At(InProcessBroker broker, MqttVersion version = MqttVersion.V5) => new()
    {
        Host = "127.0.0.1", Port = broker.Port, ClientId = "edgepose-hall", Version = version, BackoffMin = TimeSpan.FromMilliseconds(100),
    };

    [Fact]
    public async Task ServerKeepAlive_ShorterThanOurs_IsObeyed()
    {
        await using var broker = await InProcessBroker.StartAsync(c => c.ServerKeepAlive = 2);
        await using var client = Start(At(broker));
        await client.UntilAsync(BrokerState.Connected);

        // With our own keep-alive this takes longer than the patience.
        await Tools.UntilAsync(() => broker.Count<MqttPingReqPacket>() >= 6, "the broker's keep-alive of 2 s is not obeyed");

        Assert.DoesNotContain(client.States, s => s.State == BrokerState.Lost);
    }

    /// <summary>An independent broker, which throws out who does not obey after half of the time more.</summary>
    [Fact]
    public async Task ServerKeepAlive_OfMosquitto_TheConnectionStands()
    {
        await using var broker = await MosquittoBroker.StartAsync(new BrokerOptions { Extra = "max_keepalive 10" });
        await using var client = Start(To(broker));
        await client.UntilAsync(BrokerState.Connected);
        Assert.True((await client.Transport.SubscribeAsync("still", MqttQos.AtLeastOnce)).IsSuccess);

        await Task.Delay(TimeSpan.FromSeconds(22));

        Assert.True((await client.Transport.PublishAsync(Message("still", "there"))).IsSuccess);
        await Tools.UntilAsync(() => !client.Received.IsEmpty, "nothing came back");
        Assert.DoesNotContain(client.States, s => s.State == BrokerState.Lost);
    }

    [Fact]
    public async Task ReceiveMaximum_SmallerThanOurWindow_IsNeverExceeded()
    {
        await using var broker = await InProcessBroker.StartAsync(c => c.ReceiveMaximum = 4);
        await using var client = Start(At(broker) with { AnswerTimeout = TimeSpan.FromSeconds(2) });
        await client.UntilAsync(BrokerState.Connected);
        broker.HoldsAcknowledgements = true;

        var sent = Enumerable.Range(0, 20).Select(i => client.Transport.PublishAsync(Message("a", $"{i}"))).ToArray();
        var direct = await client.Transport.PublishAsync(Message("b", "now", MqttQos.AtMostOnce));
        var results = await Task.WhenAll(sent).WaitAsync(Tools.Patience);

        Assert.True(direct.IsSuccess, "QoS 0 has no part in the window");
        Assert.Equal(["0", "1", "2", "3"], broker.Published.Where(p => p.Topic == "a").Select(p => Encoding.UTF8.GetString(p.Payload)));
        Assert.All(results[..4], r => Assert.Equal(PublishOutcome.ConnectionLost, r.Outcome));
        Assert.All(results[4..], r => Assert.Equal(PublishOutcome.NotConnected, r.Outcome));
    }

    [Fact]
    public async Task ReceiveMaximum_SmallerThanOurWindow_EverythingArrivesInOrder()
    {
        await using var broker = await InProcessBroker.StartAsync(c => c.ReceiveMaximum = 4);
        await using var client = Start(At(broker));
        await client.UntilAsync(BrokerState.Connected);

        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => client.Transport.PublishAsync(Message("a", $"{i}"))));

        Assert.All(results, r => Assert.True(r.IsSuccess, r.Reason));
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i}"), broker.Published.Select(p => Encoding.UTF8.GetString(p.Payload)));
    }

    [Fact]
    public async Task MaximumPacketSize_OneByteMoreIsInvalidAndNotSent()
    {
        await using var broker = await InProcessBroker.StartAsync(c => c.MaximumPacketSize = 200);
        await using var client = Start(At(broker));
        await client.UntilAsync(BrokerState.Connected);
        // 1 type, 2 length, 2 + 1 topic, 2 packet id, 1 length of properties
        const int Head = 9;

        var fits = await client.Transport.PublishAsync(Message("a", new string('x', 200 - Head)));
        var large = await client.Transport.PublishAsync(Message("a", new string('x', 201 - Head)));

        Assert.True(fits.IsSuccess);
        Assert.Equal((PublishOutcome.Invalid, 0x95), (large.Outcome, large.ReasonCode));
        Assert.Equal(1, broker.Count<MqttPublishPacket>());
    }

    [Fact]
    public async Task MaximumQos0_QoS1IsInvalidAndQoS0Goes()
    {
        await using var broker = await InProcessBroker.StartAsync(c => c.MaximumQoS = MqttQualityOfServiceLevel.AtMostOnce);
        await using var client = Start(At(broker));
        await client.UntilAsync(BrokerState.Connected);

        var refused = await client.Transport.PublishAsync(Message("a", "1"));
        var written = await client.Transport.PublishAsync(Message("a", "0", MqttQos.AtMostOnce));

        Assert.Equal((PublishOutcome.Invalid, 0x9B), (refused.Outcome, refused.ReasonCode));
        Assert.True(written.IsSuccess);
        await Tools.UntilAsync(() => broker.Count<MqttPublishPacket>() > 0, "nothing arrived");
        Assert.Equal(0, (int)Assert.Single(broker.Published).QualityOfServiceLevel);
    }

    [Fact]
    public async Task RetainUnavailable_TheFlagIsLeftOutAndTheLogSaysSo()
    {
        await using var broker = await InProcessBroker.StartAsync(c => c.RetainAvailable = false);
        await using var client = Start(At(broker));
        await client.UntilAsync(BrokerState.Connected);

        Assert.True((await client.Transport.PublishAsync(Message("a", "1", retain: true))).IsSuccess);

        Assert.False(Assert.Single(broker.Published).Retain);
        Assert.Contains(client.Log.All, l => l.StartsWith("421 ", StringComparison.Ordinal));
    }

    /// <summary>There the library reports Maximum QoS 0 and no retained messages, which no broker has said.</summary>
    [Fact]
    public async Task Version311_LimitsThatNobodySet_AreNotBelieved()
    {
        await using var broker = await InProcessBroker.StartAsync();
        await using var client = Start(At(broker, MqttVersion.V311));
        await client.UntilAsync(BrokerState.Connected);

        Assert.True((await client.Transport.PublishAsync(Message("a", "1", retain: true))).IsSuccess);

        var packet = Assert.Single(broker.Published);
        Assert.Equal((1, true), ((int)packet.QualityOfServiceLevel, packet.Retain));
    }

    /// <summary>The library asks only after a time in which it sent nothing: poses into a dead connection would go on for ever.</summary>
    [Fact]
    public async Task KeepAlive_PosesGoOutAllTheTime_TheBrokerIsAskedAllTheSame()
    {
        await using var broker = await InProcessBroker.StartAsync();
        await using var client = Start(At(broker) with { KeepAlive = TimeSpan.FromSeconds(2) });
        await client.UntilAsync(BrokerState.Connected);

        await Tools.UntilAsync(async () =>
        {
            await client.Transport.PublishAsync(Message("poses", "x", MqttQos.AtMostOnce));
            return broker.Count<MqttPingReqPacket>() >= 2;
        }, () => "the broker is not asked");
    }
}
