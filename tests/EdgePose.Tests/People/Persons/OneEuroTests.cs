using EdgePose.Domain;
using EdgePose.People.Persons;

namespace EdgePose.Tests.People.Persons;

public sealed class OneEuroTests
{
    [Fact]
    public void Filter_TwoSamples_EqualsTheFormulaByHand()
    {
        var filter = new OneEuro();
        Assert.Equal((100.0, 50.0), filter.Filter(100, 50, 0, 200));
        var (x, y) = filter.Filter(110, 50, 0.1, 200);
        var derivative = 1 / (1 + 1 / (2 * Math.PI * 1 * 0.1)) * (10 / 0.1 / 200);
        var alpha = 1 / (1 + 1 / (2 * Math.PI * (1 + 10 * derivative) * 0.1));
        Assert.Equal(100 + 10 * alpha, x, 1e-9);
        Assert.Equal(50, y, 1e-9);
    }

    [Fact]
    public void Filter_TremblingJoint_IsCalmedAndMovingJointHardlyLags()
    {
        var random = new Random(3);
        var (rest, moving) = (new OneEuro(), new OneEuro());
        var (raw, smooth, lag) = (0.0, 0.0, 0.0);
        for (var i = 0; i < 600; i++)
        {
            var t = i / 30.0;
            var noise = random.NextDouble() - 0.5;
            var (x, _) = rest.Filter(200 + noise, 100, t, 100);
            var (m, _) = moving.Filter(100 * t, 100, t, 100);
            if (i < 60) { continue; }
            raw += noise * noise;
            smooth += (x - 200) * (x - 200);
            lag = Math.Max(lag, 100 * t - m);
        }
        Assert.True(smooth < 0.35 * raw, $"left {smooth / raw:f2} of the variance");
        Assert.True(lag < 3, $"one size per second lags by {lag:f1} % of the size");
    }

    [Fact]
    public void Filter_TurnedAndScaledMotion_GivesTheTurnedAndScaledResult()
    {
        var random = new Random(4);
        var (straight, turned) = (new OneEuro(), new OneEuro());
        var (x, y) = (0.0, 0.0);
        for (var i = 0; i < 100; i++)
        {
            (x, y) = (x + random.NextDouble() * 9 - 4, y + random.NextDouble() * 9 - 4);
            var (sx, sy) = straight.Filter(x, y, i * 0.07, 80);
            var (tx, ty) = turned.Filter(-3 * y, 3 * x, i * 0.07, 240);
            Assert.Equal(-3 * sy, tx, 1e-9);
            Assert.Equal(3 * sx, ty, 1e-9);
        }
    }

    [Theory]
    [InlineData(0.6)]
    [InlineData(-0.1)]
    public void Filter_AfterAGapOrBackwards_StartsAnew(double dt)
    {
        var filter = new OneEuro();
        filter.Filter(0, 0, 1, 100);
        Assert.Equal((80.0, 9.0), filter.Filter(80, 9, 1 + dt, 100));
    }

    [Fact]
    public void Filter_NoTimePassed_KeepsItsValue()
    {
        var filter = new OneEuro();
        filter.Filter(5, 6, 1, 100);
        Assert.Equal((5.0, 6.0), filter.Filter(90, 60, 1, 100));
    }

    [Fact]
    public void Apply_JointBelowTheThreshold_PassesAndStartsAnew()
    {
        var filter = new KeypointFilter(1, 0.3f);
        var (result, box) = (new Keypoint[1], new Box(0, 0, 100, 100));
        filter.Apply([new Keypoint(10, 10, 0.9f)], result, 0, box);
        filter.Apply([new Keypoint(20, 10, 0.9f)], result, 0.05, box);
        Assert.InRange(result[0].X, 10.1f, 19.9f);
        filter.Apply([new Keypoint(70, 70, 0.1f)], result, 0.1, box);
        Assert.Equal(new Keypoint(70, 70, 0.1f), result[0]);
        filter.Apply([Keypoint.Missing], result, 0.15, box);
        Assert.False(result[0].IsFound);
        filter.Apply([new Keypoint(30, 10, 0.9f)], result, 0.2, box);
        Assert.Equal(new Keypoint(30, 10, 0.9f), result[0]);
    }
}
