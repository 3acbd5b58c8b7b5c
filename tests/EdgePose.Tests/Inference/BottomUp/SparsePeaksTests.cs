using EdgePose.Domain;
using EdgePose.Inference.BottomUp;

namespace EdgePose.Tests.Inference.BottomUp;

public sealed class SparsePeaksTests
{
    [Theory]
    [InlineData(256, 192, 12)]
    [InlineData(64, 64, 1)]
    [InlineData(448, 256, 25)]
    public void Find_CrowdOnNoise_GivesThePeaksAndPositionsOfTheAggregatedMaps(int width, int height, int people)
    {
        var outputs = SyntheticOutputs.Crowd(14, width, height, people, seed: width);
        // Strong noise: peaks everywhere, at the edges, and side by side.
        outputs.AddNoise(new Random(8), 0.25f);
        var maps = new ResponseMaps(14);
        new MapAggregator(Skeletons.CrowdPose14).Set(outputs.Stages, maps, mirrored: false);
        var (expected, actual) = (new Peaks(14, 30), new Peaks(14, 30));
        MapPeaks.Find(maps, 0.1, expected);
        var sparse = new SparsePeaks(0.1);
        // Twice: nothing of the first search may be left.
        sparse.Find(outputs.Stages, 14, actual);
        sparse.Find(outputs.Stages, 14, actual);
        for (var j = 0; j < 14; j++)
        {
            Assert.NotEqual(0, actual.Of(j).Length);
            Assert.Equal(expected.Of(j).ToArray(), actual.Of(j).ToArray());
            foreach (var peak in actual.Of(j))
            {
                Assert.Equal(
                    MapPeaks.Adjust(maps.HeatOf(j), maps.Width, maps.Height, peak.X, peak.Y),
                    SparsePeaks.Adjust(outputs.Stages, j, peak.X, peak.Y));
            }
        }
    }

    [Fact]
    public void Find_ValuesThatAreNotFinite_AreNoPeaks()
    {
        var outputs = new SyntheticOutputs(14, 64, 64);
        outputs.Add(0, 30.7, 29.6, 0.8, 1);
        outputs.Add(1, 30, 30, 0.8, float.NaN);
        outputs.Fine[5] = float.PositiveInfinity;
        outputs.Fine[500] = float.NaN;
        var peaks = new Peaks(14, 30);
        new SparsePeaks(0.1).Find(outputs.Stages, 14, peaks);
        Assert.Equal(1, peaks.Of(0).Length);
        Assert.Equal(0, peaks.Of(1).Length);
    }

    [Fact]
    public void Find_OtherSizeThanBefore_StartsAfresh()
    {
        var sparse = new SparsePeaks(0.1);
        var peaks = new Peaks(14, 30);
        sparse.Find(SyntheticOutputs.Crowd(14, 256, 128, 9).Stages, 14, peaks);
        var small = new SyntheticOutputs(14, 64, 96);
        small.Add(3, 20.7, 69.6, 0.9, 1);
        sparse.Find(small.Stages, 14, peaks);
        var peak = Assert.Single(peaks.Of(3).ToArray());
        Assert.Equal((10, 34), (peak.X, peak.Y));
        Assert.Equal(0, peaks.Of(2).Length);
    }
}
