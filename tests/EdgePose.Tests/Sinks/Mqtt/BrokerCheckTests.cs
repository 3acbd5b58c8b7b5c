using EdgePose.Sinks.Mqtt;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Sinks.Mqtt;

public sealed class BrokerCheckTests
{
    private static readonly Topics Topics = new("edgepose", "hall-pi");
    private static readonly MqttSettings Options = new() { Host = "broker", Port = 1883, ClientId = "edgepose-hall-pi-check" };
    private readonly FakeTimeProvider _time = new();
    private readonly FakeTransport _broker = new();

    private Task<BrokerFinding> Run() => new BrokerCheck(_broker, Options, Topics, _time).RunAsync(CancellationToken.None);

    private async Task<MqttMessage> SentAsync()
    {
        for (var i = 0; i < 2000 && _broker.Sent.Count == 0; i++) { await Task.Delay(5); }
        return Assert.Single(_broker.Sent);
    }

    [Fact]
    public async Task Run_OwnMessageComesBack_IsAllWell()
    {
        var check = Run();
        _broker.Connect();
        var message = await SentAsync();
        Assert.Equal((Topics.SelfTest, MqttQos.AtLeastOnce, false), (message.Topic, message.Qos, message.Retain));
        _broker.Deliver(message with { Payload = "another's"u8.ToArray() });
        _broker.Deliver(message);
        var found = await check;
        Assert.Equal((BrokerState.Connected, ""), (found.Broker.State, found.Permission));
        Assert.True(_broker.WasDisconnected);
    }

    [Fact]
    public async Task Run_AcknowledgedButNeverArrived_SaysThatTheAccessListForbidsIt()
    {
        var check = Run();
        _broker.Connect();
        await SentAsync();
        while (!check.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5);
        }
        Assert.Contains("access list", (await check).Permission, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Refused_NamesTheReason()
    {
        _broker.Answer = _ => new(PublishOutcome.Refused, 0x87, "not authorised (0x87)");
        var check = Run();
        _broker.Connect();
        Assert.Contains("0x87", (await check).Permission, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NoBroker_GivesItsState()
    {
        var check = Run();
        _broker.Fail(BrokerState.BadCredentials, "bad user name or password");
        var found = await check;
        Assert.Equal((BrokerState.BadCredentials, null), (found.Broker.State, found.Permission));
        Assert.Empty(_broker.Sent);
    }

    [Fact]
    public async Task Run_SilentBroker_EndsAfterTenSeconds()
    {
        var check = Run();
        while (!check.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5);
        }
        Assert.Equal(BrokerState.Unreachable, (await check).Broker.State);
    }
}
