using EdgePose.Networks.Families.LitePose;

namespace EdgePose.Tests.Networks.Families.LitePose;

public sealed class MapPeaksTests
{
    [Theory]
    [InlineData(64, 40)]
    [InlineData(61, 33)]
    [InlineData(7, 5)]
    [InlineData(1, 1)]
    public void Find_NoisyMaps_GivesTheStrongestPixelsOfTheirWindow(int width, int height)
    {
        var random = new Random(width);
        var maps = new ResponseMaps(2);
        maps.Resize(width, height, 1);
        for (var i = 0; i < maps.Heat.Length; i++) { (maps.Heat[i], maps.Tags[i]) = (random.NextSingle() * 0.5f - 0.1f, i); }
        var peaks = new Peaks(2, 30);
        for (var j = 0; j < 2; j++)
        {
            MapPeaks.Find(maps, j, 0.1, peaks);
            var plane = maps.HeatOf(j).ToArray();
            var expected = Enumerable.Range(0, plane.Length).Where(i => plane[i] > 0.1 && IsPeak(plane, width, height, i))
                .OrderByDescending(i => plane[i]).Take(30)
                .Select(i => new Peak(i % width, i / width, plane[i], j * plane.Length + i, 0));
            Assert.Equal(expected, peaks.Of(j).ToArray());
        }
    }

    [Fact]
    public void Find_ValuesOrTagsThatAreNotFinite_AreNoPeaks()
    {
        var maps = Scene.Build(3, 64, 48, false, [new(0, 20.3, 20.2, 0.8, 1), new(1, 20.3, 20.2, 0.8, float.NaN), new(2, 20.3, 20.2, 0.8, 1)]);
        maps.Heat[5] = float.PositiveInfinity;
        maps.Heat[20 * 64 + 23] = float.NaN;
        var peaks = new Peaks(3, 30);
        for (var j = 0; j < 3; j++) { MapPeaks.Find(maps, j, 0.1, peaks); }
        Assert.Equal([1, 0, 1], Enumerable.Range(0, 3).Select(j => peaks.Of(j).Length));
    }

    [Fact]
    public void Find_ExactlyTheThreshold_IsNoPeak()
    {
        var maps = new ResponseMaps(1);
        maps.Resize(16, 8, 1);
        maps.Heat.Clear();
        maps.Heat[35] = 0.5f;
        var peaks = new Peaks(1, 30);
        MapPeaks.Find(maps, 0, 0.5, peaks);
        Assert.Equal(0, peaks.Of(0).Length);
        MapPeaks.Find(maps, 0, 0.49999999, peaks);
        Assert.Equal(1, peaks.Of(0).Length);
    }

    [Theory]
    [InlineData(4, 3, 2, 4.25f, 2.75f)]
    [InlineData(0, 0, 1, 0.25f, 1.75f)]
    public void Adjust_Neighbours_MoveThePixelsMiddleByAQuarter(int x, int left, int y, float expectedX, float expectedY)
    {
        // Larger to the left (or nothing there at all, at the edge) and below: x moves towards zero, y away from it.
        var (w, h) = (9, 6);
        var plane = new float[w * h];
        plane[y * w + left] = 1;
        plane[y * w + x] = 1;
        plane[(y + 1) * w + x] = 0.5f;
        Assert.Equal((expectedX, expectedY), MapPeaks.Adjust(plane, w, h, x, y));
    }

    [Fact]
    public void ReadTags_CoarseMap_InterpolatesAndDropsWhatIsNotFinite()
    {
        var peaks = new Peaks(1, 4);
        peaks.Begin(0);
        peaks.Add(new Peak(1, 0, 0.9f, 0, 0));
        peaks.Add(new Peak(7, 0, 0.8f, 0, 0));
        peaks.Add(new Peak(2, 3, 0.7f, 0, 0));
        peaks.End();
        peaks.ReadTags(0, [4, 8, 0, float.NaN, 4, 8, 0, float.NaN], 4, 2);
        Assert.Equal([new Peak(1, 0, 0.9f, 5, 0), new Peak(2, 3, 0.7f, 7, 0)], peaks.Of(0).ToArray());
    }

    [Fact]
    public void Peaks_MoreThanTheLimit_KeepsTheStrongestInDescendingOrder()
    {
        var random = new Random(12);
        var values = Enumerable.Range(0, 200).Select(_ => 0.01f + random.NextSingle()).ToArray();
        var peaks = new Peaks(1, 30);
        peaks.Begin(0);
        for (var i = 0; i < values.Length; i++) { peaks.Add(new Peak(i, 0, values[i], 0, 0)); }
        peaks.End();
        Assert.Equal(values.OrderDescending().Take(30), peaks.Of(0).ToArray().Select(p => p.Value));
    }

    private static bool IsPeak(float[] plane, int width, int height, int at)
    {
        var (x, y) = (at % width, at / width);
        return Enumerable.Range(-2, 5).All(dy => Enumerable.Range(-2, 5).All(dx =>
            x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height || plane[(y + dy) * width + x + dx] <= plane[at]));
    }
}
