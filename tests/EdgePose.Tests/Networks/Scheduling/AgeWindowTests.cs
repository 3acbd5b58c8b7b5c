using EdgePose.Networks.Scheduling;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Networks.Scheduling;

public sealed class AgeWindowTests
{
    [Fact]
    public void Percentile_Empty_IsZero() => Assert.Equal(0, new AgeWindow().Percentile(0.99));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.5, 50)]
    [InlineData(0.99, 99)]
    [InlineData(1, 100)]
    public void Percentile_HundredValues_IsTheNearestRank(double q, double expected)
    {
        var window = new AgeWindow();
        for (var i = 100; i >= 1; i--) { window.Add(i); }
        Assert.Equal(expected, window.Percentile(q));
    }

    [Fact]
    public void Percentile_MoreValuesThanRoom_SeesTheLatest256()
    {
        var window = new AgeWindow();
        for (var i = 1; i <= 1000; i++) { window.Add(i); }
        Assert.Equal((745, 1000), (window.Percentile(0), window.Percentile(1)));
    }

    [Fact(DisableParallelization = true)]
    public void Add_Steady_AllocatesNothing()
    {
        var window = new AgeWindow();
        window.Add(1);
        Assert.Equal(0, Allocations.OfBestRound(() =>
        {
            for (var i = 0; i < 1000; i++) { window.Add(i); }
        }));
    }
}
