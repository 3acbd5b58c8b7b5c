using EdgePose.Streams;

namespace EdgePose.Tests.Streams;

public sealed class DamageTrailTests
{
    [Fact]
    public void ReportBeforeItsFrame_CountsForTheNextOne()
    {
        var trail = new DamageTrail(ahead: false);
        Assert.False(trail.TakeUntil(0));
        trail.Report();
        trail.Decoded(5); // such lines have another wording in those ffmpegs
        Assert.True(trail.TakeUntil(1));
        Assert.False(trail.TakeUntil(2));
    }

    [Fact]
    public void DecoderAhead_CountsForTheFrameOfThatTime_OrTheNextThatPasses()
    {
        var trail = new DamageTrail(ahead: true);
        trail.Decoded(0);
        trail.Report();
        trail.Decoded(2);
        trail.Report();
        trail.Decoded(2.5);
        trail.Decoded(4);
        Assert.Equal([false, false, true, true, false], ((double[])[0, 1, 2.00005, 3, 4]).Select(trail.TakeUntil));
    }

    [Fact]
    public void DecoderThatTellsNoTime_CountsForTheNextFrame()
    {
        var trail = new DamageTrail(ahead: true);
        trail.Report(); // no line of a decoder has come yet
        Assert.True(trail.TakeUntil(0));
        trail.Decoded(0);
        trail.Report();
        trail.Decoded(double.NaN);
        Assert.True(trail.TakeUntil(1));
        trail.Report();
        trail.Decoded(9);
        Assert.True(trail.TakeUntil(double.NaN)); // a frame without a time: better one too many
    }

    [Fact]
    public void EndlessReports_AreBounded()
    {
        var trail = new DamageTrail(ahead: true);
        trail.Decoded(0);
        for (var i = 0; i < 100_000; i++)
        {
            trail.Report();
            trail.Decoded(1e6);
        }
        Assert.True(trail.TakeUntil(0));
        Assert.False(trail.TakeUntil(0));
        Assert.True(trail.TakeUntil(1e6));
    }
}
