using EdgePose.Streams;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Streams;

public sealed class SenderClockTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly SenderClock _clock;

    public SenderClockTests() => _clock = new SenderClock(_time);

    /// <summary>Packets at 10 a second whose wall clock lags by <paramref name="lag"/> plus a jitter of up to <paramref name="jitterMs"/>.</summary>
    private void Packets(int count, TimeSpan lag, double jitterMs = 0, double from = 0)
    {
        var random = new Random(3);
        for (var i = 0; i < count; i++)
        {
            _clock.Observe(from + (i / 10.0), _time.GetUtcNow() - lag + TimeSpan.FromMilliseconds(jitterMs * random.NextDouble()));
            _time.Advance(TimeSpan.FromSeconds(0.1));
        }
    }

    [Fact]
    public void TimeOfWriting_IsNotBelieved()
    {
        Packets(1000, TimeSpan.FromMilliseconds(1), jitterMs: 2);
        Assert.False(_clock.IsKnown);
        Assert.Null(_clock.At(100));
        Assert.Null(_clock.Lag);
    }

    [Fact]
    public void TimeOfWriting_OnABusyMachine_IsNotBelieved()
    {
        Packets(1000, TimeSpan.FromMilliseconds(60), jitterMs: 40);
        Assert.False(_clock.IsKnown);
    }

    [Theory]
    [InlineData(5000)]
    [InlineData(-86_400_000)]
    [InlineData(120)]
    public void SenderReports_AreBelievedAfterEightPackets(int lagMs)
    {
        Packets(20, TimeSpan.FromMilliseconds(0.5), jitterMs: 1);
        Packets(7, TimeSpan.FromMilliseconds(lagMs), jitterMs: 1, from: 2);
        Assert.False(_clock.IsKnown);
        Packets(1, TimeSpan.FromMilliseconds(lagMs), from: 2.7);
        Assert.True(_clock.IsKnown);
        Assert.Equal(lagMs, _clock.Lag!.Value.TotalMilliseconds, 0);
        // The newest packet was at 2.7 s, a tenth of a second ago; a frame at 2.5 s is 0.2 s older.
        Assert.Equal(lagMs + 300, (_time.GetUtcNow() - _clock.At(2.5)!.Value).TotalMilliseconds, 0);
    }

    [Fact]
    public void TimeStampsThatJump_GiveNoTimeInsteadOfAWrongOne()
    {
        Packets(10, TimeSpan.FromSeconds(5));
        Assert.NotNull(_clock.At(1));
        Assert.Null(_clock.At(3600));
        Assert.Null(_clock.At(-3600));
        Assert.Null(_clock.At(double.NaN));
        _clock.Observe(double.NaN, _time.GetUtcNow());
        _clock.Observe(1e300, _time.GetUtcNow());
        Assert.NotNull(_clock.At(1));
    }
}
