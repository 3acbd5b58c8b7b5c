using EdgePose.Networks.Preprocessing;

namespace EdgePose.Tests.Networks.Preprocessing;

public sealed class WarpTests
{
    [Fact]
    public void Run_RandomAffines_EqualsTheIntegerModelBitForBit()
    {
        var random = new Random(1);
        var warp = new Warp();
        for (var trial = 0; trial < 60; trial++)
        {
            var (sw, sh, tw, th) = (random.Next(1, 60), random.Next(1, 50), random.Next(1, 70), random.Next(1, 60));
            var source = Noise(random, sw, sh);
            var angle = trial % 3 == 0 ? 0 : random.NextDouble() * 6.3;
            var (scale, skew) = (0.2 + 3 * random.NextDouble(), trial % 3 == 0 ? 1 : 0.5 + random.NextDouble());
            var map = new Affine(
                scale * Math.Cos(angle), -scale * Math.Sin(angle) * skew, random.NextDouble() * 60 - 30,
                scale * Math.Sin(angle), scale * Math.Cos(angle) * skew, random.NextDouble() * 60 - 30);
            var border = (byte)(trial % 2 == 0 ? 0 : 114);
            var target = new byte[tw * th * 3];
            warp.Run(source, sw, sh, target, tw, th, map, border);
            Assert.Equal(Model(source, sw, sh, tw, th, map, border), target);
        }
    }

    [Fact]
    public void Run_Identity_CopiesThePicture()
    {
        var source = Noise(new Random(2), 37, 23);
        var target = new byte[source.Length];
        new Warp().Run(source, 37, 23, target, 37, 23, new Affine(1, 0, 0, 0, 1, 0), 9);
        Assert.Equal(source, target);
    }

    [Theory]
    [InlineData(3, 2)]
    [InlineData(-4, -1)]
    [InlineData(0, 30)]
    public void Run_IntegerTranslation_ShiftsAndFillsTheBorder(int dx, int dy)
    {
        var source = Noise(new Random(3), 20, 15);
        var target = new byte[24 * 18 * 3];
        new Warp().Run(source, 20, 15, target, 24, 18, new Affine(1, 0, dx, 0, 1, dy), 77);
        for (var y = 0; y < 18; y++)
        {
            for (var x = 0; x < 24; x++)
            {
                var (sx, sy) = (x - dx, y - dy);
                var expected = sx >= 0 && sx < 20 && sy >= 0 && sy < 15 ? source[(sy * 20 + sx) * 3] : (byte)77;
                Assert.Equal(expected, target[(y * 24 + x) * 3]);
            }
        }
    }

    [Fact]
    public void Run_HalfPixelShift_AveragesNeighboursRoundingUp()
    {
        byte[] source = [10, 0, 255, 13, 1, 0];
        var target = new byte[6];
        new Warp().Run(source, 2, 1, target, 2, 1, new Affine(1, 0, -0.5, 0, 1, 0), 0);
        Assert.Equal(new byte[] { 12, 1, 128, 7, 1, 0 }, target);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(double.NaN)]
    public void Run_SingularMap_IsRefused(double scale) =>
        Assert.Throws<ArgumentException>(() => new Warp().Run(new byte[3], 1, 1, new byte[3], 1, 1, new Affine(scale, 0, 0, 0, 1, 0), 0));

    private static byte[] Noise(Random random, int width, int height)
    {
        var pixels = new byte[width * height * 3];
        random.NextBytes(pixels);
        return pixels;
    }

    // The integer model of the documentation, written down pixel by pixel and without any table.
    private static byte[] Model(byte[] source, int sw, int sh, int tw, int th, Affine m, byte border)
    {
        var d = 1 / (m.M00 * m.M11 - m.M01 * m.M10);
        var (m0, m1, m3, m4) = (m.M11 * d, -m.M01 * d, -m.M10 * d, m.M00 * d);
        var (b1, b2) = (-m0 * m.M02 - m1 * m.M12, -m3 * m.M02 - m4 * m.M12);
        var result = new byte[tw * th * 3];
        for (var y = 0; y < th; y++)
        {
            for (var x = 0; x < tw; x++)
            {
                var px = (long)(Math.Round((m1 * y + b1) * 1024) + 16 + Math.Round(m0 * x * 1024)) >> 5;
                var py = (long)(Math.Round((m4 * y + b2) * 1024) + 16 + Math.Round(m3 * x * 1024)) >> 5;
                var (sx, fx, sy, fy) = (px >> 5, px & 31, py >> 5, py & 31);
                for (var c = 0; c < 3; c++)
                {
                    long At(long u, long v) => u >= 0 && u < sw && v >= 0 && v < sh ? source[(v * sw + u) * 3 + c] : border;
                    var sum = At(sx, sy) * (32 - fx) * (32 - fy) * 32 + At(sx + 1, sy) * fx * (32 - fy) * 32
                        + At(sx, sy + 1) * (32 - fx) * fy * 32 + At(sx + 1, sy + 1) * fx * fy * 32;
                    result[(y * tw + x) * 3 + c] = (byte)((sum + 16384) >> 15);
                }
            }
        }
        return result;
    }
}
