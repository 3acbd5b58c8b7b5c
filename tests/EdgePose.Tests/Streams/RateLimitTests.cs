using EdgePose.Streams;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Streams;

public sealed class RateLimitTests
{
    private readonly FakeTimeProvider _time = new();

    private int Passed(RateLimit limit, double perSecond, double seconds)
    {
        var passed = 0;
        for (var i = 0; i < perSecond * seconds; i++)
        {
            if (limit.TryPass()) { passed++; }
            _time.Advance(TimeSpan.FromSeconds(1 / perSecond));
        }
        return passed;
    }

    [Theory]
    [InlineData(5, 25, 300)] // a camera that announces 5 and sends 25
    [InlineData(5, 6, 300)]
    [InlineData(0.2, 25, 12)]
    public void Faster_IsThinnedToTheLimit(double limit, double rate, int most)
    {
        Assert.InRange(Passed(new RateLimit(limit, _time), rate, 60), most - 1, most + Math.Max(limit, 1) + 1); // and the burst in the beginning
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(25, 5)]
    [InlineData(0, 100)]
    public void NotFaster_PassesWhole(double limit, double rate) => Assert.Equal(60 * (int)rate, Passed(new RateLimit(limit, _time), rate, 60));

    [Fact]
    public void Burst_AfterASilence_MakesUpForOneSecond()
    {
        var limit = new RateLimit(5, _time);
        Passed(limit, 5, 10);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.InRange(Enumerable.Range(0, 100).Count(_ => limit.TryPass()), 5, 6);
    }
}
