using EdgePose.Delivery.Documents;
using EdgePose.Peers;
using EdgePose.Sinks.Mqtt;
using static EdgePose.SystemTests.Publish.TransportFixture;

namespace EdgePose.SystemTests.Publish;

public sealed class WillTests
{
    private const string Topic = "edgepose/hall/availability";

    private static MqttWill Will(double seconds) => new(Topic, Payloads.Offline, TimeSpan.FromSeconds(seconds));

    [Theory]
    [InlineData(5, 0)]
    [InlineData(5, 1)]
    [InlineData(4, 10)]
    public async Task Dispose_WithoutDisconnect_MakesTheBrokerPublishTheWill(int version, double delay)
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var sub = await MosquittoSub.StartAsync(broker, Topic);
        await using var client = Start(To(broker) with { Version = (MqttVersion)version }, Will(delay));
        await client.UntilAsync(BrokerState.Connected);
        await client.Transport.PublishAsync(Message(Topic, "online", retain: true));
        await sub.WaitForAsync(Topic, "online");

        await client.Transport.DisposeAsync();

        Assert.Equal(1, (await sub.WaitForAsync(Topic, "offline")).Qos);
    }

    [Fact]
    public async Task Disconnect_Clean_DiscardsTheWill()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var sub = await MosquittoSub.StartAsync(broker, "#");
        await using var client = Start(To(broker), Will(0));
        await client.UntilAsync(BrokerState.Connected);

        await client.Transport.DisconnectAsync(CancellationToken.None);

        Assert.Equal(BrokerState.Closed, client.Transport.Status.State);
        await AssertNothingComesAsync(broker, sub);
    }

    [Fact]
    public async Task Reconnect_WithinTheWillDelay_KeepsTheWillUnsent()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var sub = await MosquittoSub.StartAsync(broker, "#");
        await using var first = Start(To(broker), Will(3));
        await first.UntilAsync(BrokerState.Connected);
        await first.Transport.DisposeAsync();

        await using var second = Start(To(broker), Will(3));
        await second.UntilAsync(BrokerState.Connected);
        await Task.Delay(TimeSpan.FromSeconds(5));

        await AssertNothingComesAsync(broker, sub);
    }

    // A message sent afterwards by another client has arrived: what the broker had to say before, it has said.
    private static async Task AssertNothingComesAsync(MosquittoBroker broker, MosquittoSub sub)
    {
        await using var other = Start(To(broker) with { ClientId = "other" });
        await other.UntilAsync(BrokerState.Connected);
        await other.Transport.PublishAsync(Message("marker", "end"));
        await sub.WaitForAsync("marker", "end");
        Assert.DoesNotContain(sub.Seen, m => m.Topic == Topic);
    }
}
