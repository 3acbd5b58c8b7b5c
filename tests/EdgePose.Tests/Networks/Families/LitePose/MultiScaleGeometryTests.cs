using System.Text.Json;
using EdgePose.Networks.Families.LitePose;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Networks.Families.LitePose;

public sealed class MultiScaleGeometryTests
{
    // The goldens print nine decimals.
    private const double Printed = 6e-10;

    // Facts of the reference's transforms: picture, input, target size, x scale and offset, y scale and offset.
    public static TheoryData<int, int, int, int, int, double[]> Facts => new()
    {
        { 640, 480, 256, 384, 256, [0.533333333, 21.333333333, 0.533333333, 0.0] },
        { 640, 480, 448, 640, 448, [0.933333321, 21.333337131, 0.933333342, -2.136e-06] },
        { 480, 640, 448, 448, 640, [0.933333333, 0.0, 0.933333333, 21.333333333] },
        { 640, 427, 448, 704, 448, [1.049180328, 16.262295082, 1.049180328, -0.524590164] },
        { 333, 500, 512, 512, 768, [1.537537538, -0.768768769, 1.537537538, -0.384384384] },
        { 612, 612, 448, 448, 448, [0.732026144, 0.0, 0.732026144, 0.0] },
        { 1920, 1080, 448, 832, 448, [0.4148148, 17.777791627, 0.414814813, 9.74e-07] },
        { 100, 37, 448, 1216, 448, [12.108107845, 2.594607735, 12.108108305, -6.054057799] },
    };

    [Theory, MemberData(nameof(Facts))]
    public void For_KnownPicture_GivesTheReferencesSizeAndMatrix(int w, int h, int side, int width, int height, double[] expected)
    {
        var geometry = MultiScaleGeometry.For(w, h, side);
        Assert.Equal((width, height), (geometry.Width, geometry.Height));
        var p = geometry.Placement;
        Assert.Equal(expected, [p.ScaleX, p.OffsetX, p.ScaleY, p.OffsetY], (a, b) => Math.Abs(a - b) < Printed);
    }

    [Fact]
    public void For_EveryGoldenPicture_GivesSizeMatrixAndInverse()
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Repo.Shared("goldens/affine.json")));
        var cases = golden.RootElement.GetProperty("litepose_multi_scale");
        Assert.Equal(33, cases.GetArrayLength());
        foreach (var c in cases.EnumerateArray())
        {
            var g = MultiScaleGeometry.For(c.GetProperty("w").GetInt32(), c.GetProperty("h").GetInt32(), c.GetProperty("input").GetInt32());
            Assert.Equal(c.GetProperty("size")[0].GetInt32(), g.Width);
            Assert.Equal(c.GetProperty("size")[1].GetInt32(), g.Height);
            var (m, inverse, p) = (c.GetProperty("M"), c.GetProperty("Minv"), g.Placement);
            AssertRow([p.ScaleX, 0, p.OffsetX], m[0]);
            AssertRow([0, p.ScaleY, p.OffsetY], m[1]);
            AssertRow([1 / p.ScaleX, 0, -p.OffsetX / p.ScaleX], inverse[0]);
            AssertRow([0, 1 / p.ScaleY, -p.OffsetY / p.ScaleY], inverse[1]);
        }
    }

    [Theory]
    [InlineData(1, 64)]
    [InlineData(256, 256)]
    [InlineData(257, 320)]
    public void ShortSide_AnySize_RoundsUpToAMultipleOf64(int wanted, int expected) =>
        Assert.Equal(expected, MultiScaleGeometry.ShortSide(wanted));

    [Fact]
    public void For_RandomPictures_KeepsMultiplesOf64AndTheCentre()
    {
        var random = new Random(4);
        for (var i = 0; i < 500; i++)
        {
            var (w, h) = (random.Next(8, 4000), random.Next(8, 4000));
            var g = MultiScaleGeometry.For(w, h, 448);
            Assert.Equal((0, 0, 448), (g.Width % 64, g.Height % 64, Math.Min(g.Width, g.Height)));
            var (x, y) = g.Placement.ToInput(Math.Floor(w / 2.0 + 0.5), Math.Floor(h / 2.0 + 0.5));
            Assert.Equal(g.Width / 2.0, x, 1e-3);
            Assert.Equal(g.Height / 2.0, y, 1e-3);
            Assert.Equal(448.0 / Math.Min(w, h), g.Placement.ScaleX, 1e-5 * g.Placement.ScaleX);
        }
    }

    private static void AssertRow(double[] actual, JsonElement row)
    {
        for (var i = 0; i < 3; i++) { Assert.Equal(row[i].GetDouble(), actual[i], Printed); }
    }
}
