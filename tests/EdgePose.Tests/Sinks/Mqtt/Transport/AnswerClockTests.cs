using EdgePose.Sinks.Mqtt.Transport;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Sinks.Mqtt.Transport;

public sealed class AnswerClockTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly AnswerClock _clock;

    public AnswerClockTests() => _clock = new AnswerClock(TimeSpan.FromSeconds(10), _time);

    private void Pass(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void IsLate_NothingAwaited_Never()
    {
        Pass(1000);
        Assert.False(_clock.IsLate);
        _clock.End(_clock.Begin());
        Pass(1000);
        Assert.False(_clock.IsLate);
    }

    [Fact]
    public void IsLate_NoAnswerForTheLimit_Yes()
    {
        Pass(100);
        _clock.Begin();
        Pass(10);
        Assert.False(_clock.IsLate);
        Pass(0.1);
        Assert.True(_clock.IsLate);
    }

    /// <summary>A slow link: each waits for long, and answers flow.</summary>
    [Fact]
    public void IsLate_AnswersFlowAndEachWaitsLongerThanTheLimit_No()
    {
        var awaited = new Queue<LinkedListNode<long>>();
        for (var i = 0; i < 5; i++) { awaited.Enqueue(_clock.Begin()); }
        for (var i = 0; i < 50; i++)
        {
            Pass(8);
            _clock.End(awaited.Dequeue());
            awaited.Enqueue(_clock.Begin());
            Assert.False(_clock.IsLate);
        }
        Pass(11);
        Assert.True(_clock.IsLate);
    }

    [Fact]
    public void IsMoving_OnlyWhileSomethingIsAwaitedAndOthersAreAnswered()
    {
        Assert.False(_clock.IsMoving);
        var first = _clock.Begin();
        _clock.Begin();
        Pass(9);
        Assert.True(_clock.IsMoving);
        _clock.End(first);
        Pass(9);
        Assert.True(_clock.IsMoving);
        Pass(2);
        Assert.False(_clock.IsMoving);
    }

    [Fact]
    public void IsLate_OneForgottenWhileOthersAreAnswered_AfterSixLimits()
    {
        var forgotten = _clock.Begin();
        for (var i = 0; i < 12; i++)
        {
            Pass(5);
            Assert.False(_clock.IsLate);
            _clock.End(_clock.Begin());
        }
        Pass(1);
        Assert.True(_clock.IsLate);
        _clock.End(forgotten);
        _clock.End(forgotten);
        Assert.False(_clock.IsLate);
    }
}
