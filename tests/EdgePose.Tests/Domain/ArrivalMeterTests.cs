using EdgePose.Domain;

namespace EdgePose.Tests.Domain;

public sealed class ArrivalMeterTests
{
    private readonly ArrivalMeter _meter = new();
    private long _sequence;

    private void At(long ticks, int epoch = 1) => _meter.Add(new FrameInfo("cam", epoch, _sequence++, ticks, default));

    [Fact]
    public void Mean_IsUnknownUntilTheSecondFrame()
    {
        At(1000);
        Assert.Equal((0, 1000), (_meter.MeanTicks, _meter.LastTicks));
        At(1200);
        Assert.Equal((200, 1200), (_meter.MeanTicks, _meter.LastTicks));
    }

    [Fact]
    public void Mean_UnevenIntervals_IsTheirMean()
    {
        for (var i = 0; i < 400; i++) { At(100 * i + (i % 2 == 0 ? 40 : 0)); }
        Assert.InRange(_meter.MeanTicks, 95, 105);
    }

    [Fact]
    public void Mean_OneLongGap_CountsAsFourIntervalsOnly()
    {
        for (var i = 0; i < 50; i++) { At(100 * i); }
        At(1_000_000);
        Assert.InRange(_meter.MeanTicks, 100, 120);
    }

    [Fact]
    public void Mean_AnotherRate_IsFollowed()
    {
        for (var i = 0; i < 50; i++) { At(100 * i); }
        for (var i = 0; i < 100; i++) { At(5000 + 1000 * i); }
        Assert.InRange(_meter.MeanTicks, 950, 1001);
    }

    [Fact]
    public void Mean_NewEpoch_BeginsAnew()
    {
        for (var i = 0; i < 50; i++) { At(100 * i); }
        At(90_000, epoch: 2);
        Assert.Equal(0, _meter.MeanTicks);
        At(90_500, epoch: 2);
        Assert.Equal(500, _meter.MeanTicks);
    }

    [Fact]
    public void Mean_TimeThatStandsStillOrRunsBackwards_IsNoInterval()
    {
        At(1000);
        At(1000);
        At(500);
        At(700);
        Assert.Equal(200, _meter.MeanTicks);
    }
}
