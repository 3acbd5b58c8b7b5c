using EdgePose.Delivery;
using EdgePose.Delivery.Documents;
using EdgePose.Delivery.Memory;
using EdgePose.Domain;
using EdgePose.Events.Rules;
using EdgePose.Sinks.Mqtt;
using EdgePose.Sinks.Onvif;
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
        var topics = new Topics("edgepose", "hall-pi");
        _sink = new MqttSink(
            new MqttSinkSettings { Prefix = "edgepose", Node = "hall-pi" }, _broker, [new OnvifForm(topics)], [],
            new Announced(null, _time, NullLogger<Announced>.Instance), _time, NullLogger<MqttSink>.Instance, s => s);
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
    [InlineData("/events", "/onvif-mj/")]
    [InlineData("/onvif-mj/", "/events")]
    public async Task OneFormRefusedAndTheOtherLost_IsLost_BecauseWhatIsSentAgainIsNoDeadLetter(string refused, string lost)
    {
        _broker.Answer = topic =>
            topic.Contains(refused, StringComparison.Ordinal) ? new(PublishOutcome.Refused, 0x87, "not authorised") :
            topic.Contains(lost, StringComparison.Ordinal) ? PublishResult.Lost : new(PublishOutcome.Accepted, 0, "");

        Assert.Equal(SendOutcome.Lost, (await SendAsync()).Outcome);
    }

    [Fact]
    public async Task AcknowledgedAndTheConnectionLostWithinAMoment_IsLost()
    {
        var sending = SendAsync();
        _time.Advance(AckSettling.Moment / 2);
        Assert.False(sending.IsCompleted);
        _broker.Fail(BrokerState.Lost, "connection reset");

        Assert.Equal(SendOutcome.Lost, (await sending).Outcome);
    }

    [Fact]
    public async Task AcknowledgedAndTheConnectionStands_IsAccepted()
    {
        var sending = SendAsync();
        _time.Advance(AckSettling.Moment);

        Assert.Equal(SendOutcome.Accepted, (await sending).Outcome);
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
