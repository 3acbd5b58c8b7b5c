using EdgePose.Sinks.Mqtt;

namespace EdgePose.Tests.Sinks.Mqtt;

public sealed class InTurnTests
{
    private readonly List<string> _sent = [];
    private readonly HashSet<string> _ready = ["a", "b"];
    private TaskCompletionSource _prepared = new();

    private InTurn New() => new(
        messages => messages.All(m => _ready.Contains(m.Topic)), () => _prepared.Task, m =>
        {
            if (m.Topic == "throws") { throw new InvalidOperationException(); }
            _sent.Add(m.Topic);
            return Task.FromResult(new PublishResult(PublishOutcome.Accepted, 0, ""));
        });

    private static MqttMessage[] Message(string topic) => [new(topic, default, MqttQos.AtLeastOnce, true, MqttProperties.None)];

    [Fact]
    public void ReadyMessages_GoAtOnce()
    {
        var turn = New();
        Assert.True(turn.HandOver(Message("a")).IsCompletedSuccessfully);
        Assert.True(turn.HandOver(Message("b")).IsCompletedSuccessfully);
        Assert.Equal(["a", "b"], _sent);
    }

    [Fact]
    public async Task MessageThatHasToWait_HoldsThoseBehindIt()
    {
        var turn = New();
        var first = turn.HandOver(Message("new"));
        var second = turn.HandOver(Message("a"));
        Assert.Empty(_sent);
        _prepared.SetResult();
        await first;
        await second;
        Assert.Equal(["new", "a"], _sent);
        Assert.True(turn.HandOver(Message("b")).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task MessageThatThrows_CostsOnlyItself()
    {
        var turn = New();
        var bad = turn.HandOver(Message("throws"));
        var next = turn.HandOver(Message("a"));
        _prepared.SetResult();
        await Assert.ThrowsAsync<InvalidOperationException>(() => bad);
        await next;
        Assert.Equal(["a"], _sent);
        _prepared = new TaskCompletionSource();
        Assert.True(turn.HandOver(Message("b")).IsCompletedSuccessfully);
    }
}
