using System.Text;
using EdgePose.Domain;
using EdgePose.Peers;
using EdgePose.Sinks.Mqtt;
using static EdgePose.SystemTests.Publish.TransportFixture;

namespace EdgePose.SystemTests.Publish;

/// <summary>A broker that is no relative of mosquitto, over MQTT 3.1.1.</summary>
[Trait("Category", "Long")]
public sealed class RabbitTests : IAsyncLifetime
{
    private RabbitBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await RabbitBroker.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_broker is { } broker) { await broker.DisposeAsync(); }
    }

    private MqttSettings Options(string id) => new()
    {
        Host = "127.0.0.1", Port = _broker.Port, ClientId = id, Version = MqttVersion.V311, User = "guest", Password = new Secret("guest"),
        BackoffMin = TimeSpan.FromMilliseconds(100),
    };

    [Fact]
    public async Task PublishWillAndRetained_OverVersion311_ReachAnotherClient()
    {
        await using var other = Start(Options("other"));
        await other.UntilAsync(BrokerState.Connected);
        Assert.True((await other.Transport.SubscribeAsync("hall/#", MqttQos.AtLeastOnce)).IsSuccess);
        await using (var client = Start(Options("hall"), new MqttWill("hall/availability", "offline"u8.ToArray(), TimeSpan.Zero)))
        {
            await client.UntilAsync(BrokerState.Connected);
            Assert.True((await client.Transport.PublishAsync(Message("hall/state", "online", retain: true))).IsSuccess);
            Assert.True((await client.Transport.PublishAsync(Message("hall/poses", "{}", MqttQos.AtMostOnce))).IsSuccess);
            var many = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => client.Transport.PublishAsync(Message("hall/events", $"{i}"))));
            Assert.All(many, r => Assert.True(r.IsSuccess, r.Reason));
            await SeenAsync(other, "hall/events", "199");
        }
        await SeenAsync(other, "hall/poses", "{}");
        await SeenAsync(other, "hall/availability", "offline");

        await using var late = Start(Options("late"));
        await late.UntilAsync(BrokerState.Connected);
        Assert.True((await late.Transport.SubscribeAsync("hall/state", MqttQos.AtLeastOnce)).IsSuccess);
        await SeenAsync(late, "hall/state", "online");
        Assert.All(late.Received, m => Assert.True(m.Retain));
    }

    [Fact]
    public async Task Disconnect_Clean_DiscardsTheWill()
    {
        await using var other = Start(Options("other"));
        await other.UntilAsync(BrokerState.Connected);
        await other.Transport.SubscribeAsync("#", MqttQos.AtLeastOnce);
        await using var client = Start(Options("hall"), new MqttWill("hall/availability", "offline"u8.ToArray(), TimeSpan.Zero));
        await client.UntilAsync(BrokerState.Connected);

        await client.Transport.DisconnectAsync(CancellationToken.None);

        await other.Transport.PublishAsync(Message("marker", "end"));
        await SeenAsync(other, "marker", "end");
        Assert.DoesNotContain(other.Received, m => m.Topic == "hall/availability");
    }

    [Fact]
    public async Task Start_WrongPassword_IsRefusedByName()
    {
        await using var client = Start(Options("hall") with { Password = new Secret("wrong") });

        Assert.Contains("'guest'", (await client.UntilAsync(BrokerState.BadCredentials)).Reason, StringComparison.Ordinal);
    }

    /// <summary>RabbitMQ 3.10 does not speak MQTT 5, and does not say so.</summary>
    [Fact]
    public async Task Start_Version5_TheReasonNamesTheOtherProtocol()
    {
        await using var client = Start(Options("hall") with { Version = MqttVersion.V5 });

        Assert.Contains("set the protocol to 3.1.1", (await client.UntilAsync(BrokerState.Refused)).Reason, StringComparison.Ordinal);
    }

    private static Task SeenAsync(TransportFixture client, string topic, string payload) => Tools.UntilAsync(
        () => Task.FromResult(client.Received.Any(m => m.Topic == topic && Encoding.UTF8.GetString(m.Payload.Span) == payload)),
        () => $"no {payload} on {topic} among {string.Join(", ", client.Received.Select(m => m.Topic))}");
}
