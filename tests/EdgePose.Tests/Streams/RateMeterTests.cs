using EdgePose.Streams;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Streams;

public sealed class RateMeterTests
{
    private readonly FakeTimeProvider _time = new();
    private long _count;

    [Fact]
    public void PerSecond_SteadyCounter_IsItsRate()
    {
        var meter = new RateMeter(() => _count, _time);
        Assert.Equal(0, meter.PerSecond());
        for (var i = 0; i < 20; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            _count += 12;
            Assert.Equal(12, meter.PerSecond(), 9);
        }
    }

    [Fact]
    public void PerSecond_CounterThatStops_FallsToZeroWithinTheWindow()
    {
        var meter = new RateMeter(() => _count, _time);
        for (var i = 0; i < 10; i++) { _count += 10; _time.Advance(TimeSpan.FromSeconds(1)); meter.PerSecond(); }
        var last = 10.0;
        for (var i = 0; i < 6; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            var rate = meter.PerSecond();
            Assert.InRange(rate, 0, last);
            last = rate;
        }
        Assert.Equal(0, last);
    }

    [Fact]
    public void PerSecond_AskedTwiceAtOnceOrRarely_IsAFiniteRate()
    {
        var meter = new RateMeter(() => _count, _time);
        meter.PerSecond();
        Assert.Equal(0, meter.PerSecond());
        _time.Advance(TimeSpan.FromMinutes(10));
        _count += 6000;
        Assert.Equal(10, meter.PerSecond(), 9);
    }
}
