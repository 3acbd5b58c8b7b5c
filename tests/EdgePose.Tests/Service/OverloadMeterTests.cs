using EdgePose.Networks.Scheduling;
using EdgePose.Service;

namespace EdgePose.Tests.Service;

public sealed class OverloadMeterTests
{
    [Fact]
    public void IsLasting_OnlyAfterHalfAMinuteOnTheLadder()
    {
        var meter = new OverloadMeter();
        for (var i = 0; i < 29; i++) { meter.Add(3); }
        Assert.False(meter.IsLasting);
        meter.Add(1);
        Assert.True(meter.IsLasting);
        meter.Add(0);
        Assert.False(meter.IsLasting);
    }

    [Theory]
    [InlineData(1.15, "inference is asked for 115 % of its time")]
    [InlineData(31.44, "inference is asked for 31 times what it can do")]
    public void Demand_FarBeyondTheDevice_IsSaidInTimes(double utilisation, string expected) => Assert.Equal(expected, InferenceLoop.Demand(utilisation));
}
