using EdgePose.Streams;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Streams;

public sealed class DecodeHealthTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly DecodeHealth _health;

    public DecodeHealthTests() => _health = new DecodeHealth(_time);

    private void Errors(int count, double everyMs)
    {
        for (var i = 0; i < count; i++)
        {
            _health.CountError();
            _time.Advance(TimeSpan.FromMilliseconds(everyMs));
        }
    }

    [Fact]
    public void TenASecond_AreTolerated()
    {
        Errors(100, 100.5);
        Assert.False(_health.IsGarbled);
        Assert.Equal(100, _health.Errors);
    }

    [Fact]
    public void ElevenWithinASecond_AreGarbage_UntilASecondHasPassed()
    {
        Errors(10, 1);
        Assert.False(_health.IsGarbled);
        _health.CountError();
        Assert.True(_health.IsGarbled);
        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.True(_health.IsGarbled);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(_health.IsGarbled);
    }

    [Fact]
    public void TwoSecondsWithoutAPause_AreHopeless()
    {
        Errors(60, 33);
        Assert.False(_health.IsHopeless); // the first eleven make it garbage after a third of a second
        Errors(15, 33);
        Assert.True(_health.IsHopeless);
    }

    [Fact]
    public void BurstsWithPauses_AreNotHopeless()
    {
        for (var i = 0; i < 20; i++)
        {
            Errors(40, 33);
            Assert.True(_health.IsGarbled);
            Assert.False(_health.IsHopeless);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
