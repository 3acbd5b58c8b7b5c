using EdgePose.Domain;
using EdgePose.Streams;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Streams;

public sealed class FrameStamperTests
{
    private readonly ClockFromZero _time = new();
    private readonly FrameStamper _stamper;

    public FrameStamperTests() => _stamper = new FrameStamper("s", _time);

    private double[] Times(params double[] seconds)
    {
        var first = default(FrameInfo?);
        return [.. seconds.Select(s =>
        {
            var info = _stamper.Next(null, s);
            first ??= info;
            Assert.Equal((info.CapturedUtc - first.Value.CapturedUtc).TotalSeconds, _time.GetElapsedTime(first.Value.CapturedTicks, info.CapturedTicks).TotalSeconds, 6);
            return Math.Round((info.CapturedUtc - first.Value.CapturedUtc).TotalSeconds, 4);
        })];
    }

    [Fact]
    public void Recording_FramesHaveTheirOwnTimes_HolesAndAll()
    {
        _stamper.Begin(1, 10);
        Assert.Equal([0, 0.1, 0.2, 60.2, 60.25, 61], Times(5, 5.1, 5.2, 65.2, 65.25, 66));
    }

    [Fact]
    public void Recording_WhereTimeIsMissingOrGoesBack_ItGoesOnByOneFrame()
    {
        _stamper.Begin(1, 10);
        Assert.Equal([0, 1, 1.1, 1.2, 1.3, 2.3], Times(0, 1, double.NaN, 1, 0, 1)); // joined recordings begin at 0 again
    }

    [Fact]
    public void Recording_WithoutTimes_FollowsItsRate()
    {
        _stamper.Begin(1, 4);
        Assert.Equal([0, 0.25, 0.5], Times(double.NaN, double.NaN, double.NaN));
    }

    [Fact]
    public void Recording_ThatGoesOnInAnotherConnection_KeepsItsTimeLine()
    {
        _stamper.Begin(1, 10);
        var first = _stamper.Next(null, 0);
        _stamper.Next(null, 3.9);
        _time.Advance(TimeSpan.FromSeconds(100));
        _stamper.Begin(2, 10, continues: true);
        var next = _stamper.Next(null, 4);
        Assert.Equal((4.0, 2, 2L), ((next.CapturedUtc - first.CapturedUtc).TotalSeconds, next.Epoch, next.Sequence));
        _stamper.Begin(3, 10); // from its beginning: a new time line, and not before the old one
        Assert.True(_stamper.Next(null, 0).CapturedTicks >= next.CapturedTicks);
    }

    [Fact]
    public void LiveSource_IsStampedAtArrival()
    {
        _stamper.Begin(1, 0);
        _stamper.Next(null, 0);
        _time.Advance(TimeSpan.FromSeconds(2));
        var info = _stamper.Next(null, 77);
        Assert.Equal((_time.GetUtcNow(), TimeSource.Arrival), (info.CapturedUtc, info.TimeSource));
    }
}
