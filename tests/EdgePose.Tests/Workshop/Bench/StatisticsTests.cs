using EdgePose.Workshop.Bench;

namespace EdgePose.Tests.Workshop.Bench;

public sealed class StatisticsTests
{
    [Theory]
    [InlineData(new double[] { }, 1)]
    [InlineData(new double[] { 0, 0, 0 }, 1)]
    [InlineData(new double[] { 5, 5, 5, 5 }, 1)]
    [InlineData(new double[] { 8, 0, 0, 0 }, 0.25)]
    [InlineData(new double[] { 4, 2 }, 0.9)]
    public void Jain_IsOneForEqualSharesAndOneOverNForOne(double[] shares, double expected) => Assert.Equal(expected, Statistics.Jain(shares), 9);

    [Fact]
    public void Spread_IsByNearestRank()
    {
        var spread = Statistics.Spread(Enumerable.Range(1, 200).Reverse().Select(i => (double)i));
        Assert.Equal(new Spread(100, 190, 198, 100.5), spread);
        Assert.Equal(new Spread(0, 0, 0, 0), Statistics.Spread([]));
        Assert.Equal(new Spread(7, 7, 7, 7), Statistics.Spread([7]));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(double.NaN, 0)]
    [InlineData(123456.789, 123457)]
    [InlineData(1234.5678, 1235)]
    [InlineData(0.000123456, 0.0001235)]
    [InlineData(-9.87654, -9.877)]
    public void Round_KeepsFourSignificantPlaces(double value, double expected) => Assert.Equal(expected, Statistics.Round(value), 12);
}
