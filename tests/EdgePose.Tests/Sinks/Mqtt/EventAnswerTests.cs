using EdgePose.Delivery;
using EdgePose.Delivery.Documents;
using EdgePose.Delivery.Memory;
using EdgePose.Domain;
using EdgePose.Events.Rules;
using EdgePose.Sinks.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Sinks.Mqtt;

/// <summary>What the sink makes of the broker's answers to the messages of one event.</summary>
public sealed class EventAnswerTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeTransport _broker = new();
    private readonly MqttSink _sink;

    public EventAnswerTests()
    {
        _sink = new MqttSink(
            new MqttSinkSettings { Prefix = "edgepose", Node = "hall-pi" }, _broker, [], new Announced(null, _time, NullLogger<Announced>.Instance), _time,
            NullLogger<MqttSink>.Instance, s => s);
        _sink.Start(new Host());
        _broker.Connect();
    }

    public ValueTask DisposeAsync() => _sink.DisposeAsync();

    private Task<SendResult> SendAsync() => _sink.SendAsync(new StampedEvent(
        new PoseEvent
        {
            Stream = "front", Epoch = 1, Type = LineRule.Crossed, Phase = EventPhase.Start, Key = "front/door/1", Rule = "door", Time = Samples.Time, Microseconds = 1,
            Reason = "crossed",
        }, new EventStamp("hall-pi", "7f3a01", 1, true, null), IsLate: false, Left: null));

    [Theory]
    [InlineData(0x87, nameof(SendOutcome.Refused))]
    [InlineData(0x97, nameof(SendOutcome.Deferred))]
    public async Task Refused_IsForGoodOrForNow_ByItsCode(byte code, string outcome)
    {
        _broker.Answer = _ => new(PublishOutcome.Refused, code, "no");

        Assert.Equal(outcome, (await SendAsync()).Outcome.ToString());
    }

    [Fact]
    public async Task AcknowledgedAndTheConnectionLostWithinAMoment_IsNotBelieved()
    {
        var settled = (await SendAsync()).Settled;
        Assert.NotNull(settled);
        _time.Advance(AckSettling.Moment / 2);
        Assert.False(settled.IsCompleted);
        _broker.Fail(BrokerState.Lost, "connection reset");

        Assert.False(await settled);
    }

    [Fact]
    public async Task AcknowledgedAndTheConnectionStands_IsBelieved()
    {
        var sent = await SendAsync();
        _time.Advance(AckSettling.Moment);

        Assert.Equal(SendOutcome.Accepted, sent.Outcome);
        Assert.NotNull(sent.Settled);
        Assert.True(await sent.Settled);
    }

    private sealed class Host : ISinkHost
    {
        public int EventsWaiting => 0;
        public CancellationToken Stopping => CancellationToken.None;

        public void Report(SinkStatus status) => Assert.NotEmpty(status.State);

        public void End(string reason) => throw new InvalidOperationException(reason);

        public void Resend(StateKind kind) => throw new InvalidOperationException("not its business");

        public IReadOnlyList<StateValue> Values() => [];
    }
}
