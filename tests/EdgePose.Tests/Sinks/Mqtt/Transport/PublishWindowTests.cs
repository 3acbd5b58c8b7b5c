using EdgePose.Sinks.Mqtt;
using EdgePose.Sinks.Mqtt.Transport;

namespace EdgePose.Tests.Sinks.Mqtt.Transport;

public sealed class PublishWindowTests
{
    private static readonly PublishResult Accepted = new(PublishOutcome.Accepted, 0, "");
    private readonly Lock _gate = new();
    private readonly List<(string Topic, TaskCompletionSource<PublishResult> Answer)> _sent = [];

    private PublishWindow Window(int size = 2, int capacity = 8) => new(size, capacity, message =>
    {
        var answer = new TaskCompletionSource<PublishResult>();
        lock (_gate) { _sent.Add((message.Topic, answer)); }
        return answer.Task;
    });

    private string Sent { get { lock (_gate) { return string.Join(' ', _sent.Select(s => s.Topic)); } } }

    /// <summary>What follows an answer may run on another thread.</summary>
    private async Task AssertSentAsync(string expected)
    {
        for (var i = 0; i < 2000 && Sent != expected; i++) { await Task.Delay(5); }
        Assert.Equal(expected, Sent);
    }

    private static MqttMessage Event(string topic) => new(topic, default, MqttQos.AtLeastOnce, false, MqttProperties.None);
    private static MqttMessage Poses(string topic) => new(topic, default, MqttQos.AtMostOnce, false, MqttProperties.None);

    [Fact]
    public async Task Add_MoreThanTheWindow_WaitInOrderForAnswers()
    {
        var window = Window();
        var results = Enumerable.Range(0, 5).Select(i => window.Add(Event($"{i}"))).ToArray();
        Assert.Equal("0 1", Sent);
        Assert.Equal(2, window.Unanswered);
        _sent[1].Answer.SetResult(Accepted);
        await AssertSentAsync("0 1 2");
        _sent[0].Answer.SetResult(Accepted);
        _sent[2].Answer.SetResult(Accepted);
        await AssertSentAsync("0 1 2 3 4");
        _sent[3].Answer.SetResult(Accepted);
        _sent[4].Answer.SetResult(Accepted);
        Assert.All(await Task.WhenAll(results), r => Assert.True(r.IsSuccess));
    }

    /// <summary>On a slow link poses wait for one another, and an event does not wait for them.</summary>
    [Fact]
    public async Task Add_PosesThatAreStillWritten_LetEventsPass()
    {
        var window = Window();
        for (var i = 0; i < 4; i++) { _ = window.Add(Poses($"p{i}")); }
        _ = window.Add(Event("e"));
        Assert.Equal("p0 e", Sent);
        _sent[0].Answer.SetResult(Accepted);
        await AssertSentAsync("p0 e p1");
    }

    [Fact]
    public async Task Add_Full_IsBusyUntilOneIsAnswered()
    {
        var window = Window(size: 2, capacity: 3);
        for (var i = 0; i < 3; i++) { _ = window.Add(Event("x")); }
        Assert.Equal(PublishOutcome.Busy, (await window.Add(Event("y"))).Outcome);
        Assert.Equal(PublishOutcome.Busy, (await window.Add(Poses("y"))).Outcome);
        _sent[0].Answer.SetResult(Accepted);
        await AssertSentAsync("x x x");
        Assert.False(window.Add(Event("y")).IsCompleted);
    }

    [Fact]
    public async Task Close_WhatWasNeverSentIsNotConnected_WhatWasSentEndsByItself()
    {
        var window = Window(size: 1);
        var (sent, waiting, poses, more) = (window.Add(Event("0")), window.Add(Event("1")), window.Add(Poses("p")), window.Add(Poses("q")));
        window.Close();
        Assert.Equal(PublishOutcome.NotConnected, (await waiting).Outcome);
        Assert.Equal(PublishOutcome.NotConnected, (await more).Outcome);
        Assert.Equal(PublishOutcome.NotConnected, (await window.Add(Event("2"))).Outcome);
        foreach (var (_, answer) in _sent) { answer.SetResult(PublishResult.Lost); }
        Assert.Equal(PublishOutcome.ConnectionLost, (await sent).Outcome);
        Assert.Equal(PublishOutcome.ConnectionLost, (await poses).Outcome);
        Assert.Equal("0 p", Sent);
    }

    [Fact]
    public async Task Add_ConnectionFails_NothingMoreIsSent()
    {
        var window = Window(size: 1);
        var first = window.Add(Event("0"));
        _ = window.Add(Event("1"));
        _sent[0].Answer.SetResult(PublishResult.Lost);
        Assert.Equal(PublishOutcome.ConnectionLost, (await first).Outcome);
        Assert.Equal("0", Sent);
    }

    /// <summary>Answers that are there at once must not grow the stack, whatever waits.</summary>
    [Fact]
    public async Task Add_AnswersAtOnce_AreAllCompletedInOrder()
    {
        var order = new List<string>();
        var window = new PublishWindow(1, 20_000, m =>
        {
            order.Add(m.Topic);
            return Task.FromResult(Accepted);
        });
        var results = await Task.WhenAll(Enumerable.Range(0, 10_000).Select(i => window.Add(i % 3 == 0 ? Poses($"{i}") : Event($"{i}"))));
        Assert.All(results, r => Assert.True(r.IsSuccess));
        Assert.Equal(Enumerable.Range(0, 10_000).Select(i => $"{i}"), order);
    }
}
