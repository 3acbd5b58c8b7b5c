using EdgePose.Domain;
using EdgePose.Streams;

namespace EdgePose.Tests.Streams;

public sealed class DropMeterTests
{
    private readonly DropMeter _meter = new();
    private long _received, _dropped;

    private bool After(long received, long dropped)
    {
        (_received, _dropped) = (_received + received, _dropped + dropped);
        _meter.Add("cam", new FrameAccount(_received, _received - _dropped, 0, _dropped, 0, 0, 0, 0, 0, 0));
        return _meter.IsHeavy("cam");
    }

    [Fact]
    public void IsHeavy_UnknownStream_IsFalse() => Assert.False(_meter.IsHeavy("cam"));

    [Fact]
    public void IsHeavy_MoreThanAQuarterOfTheLastTenReports_UntilLessThanATenth()
    {
        for (var i = 0; i < 12; i++) { Assert.False(After(10, 2)); }
        for (var i = 0; i < 12; i++) { After(10, 3); }
        Assert.True(_meter.IsHeavy("cam"));
        for (var i = 0; i < 12; i++) { Assert.True(After(10, 2)); }
        for (var i = 0; i < 12; i++) { After(10, 0); }
        Assert.False(_meter.IsHeavy("cam"));
    }

    [Fact]
    public void IsHeavy_AFewFrames_SayNothing()
    {
        Assert.False(After(0, 0));
        Assert.False(After(5, 5));
        Assert.True(After(5, 5));
    }

    [Fact]
    public void IsHeavy_StreamThatHasEnded_IsForgiven()
    {
        for (var i = 0; i < 12; i++) { After(10, 9); }
        Assert.True(_meter.IsHeavy("cam"));
        for (var i = 0; i < 12; i++) { After(0, 0); }
        Assert.False(_meter.IsHeavy("cam"));
    }
}
