using EdgePose.Networks.Families.LitePose;

namespace EdgePose.Tests.Networks.Families.LitePose;

public sealed class BilinearTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(8, 4)]
    [InlineData(9, 5)]
    [InlineData(37, 21)]
    [InlineData(64, 16)]
    public void Double_AnySize_FollowsTheHalfPixelRule(int width, int height)
    {
        var random = new Random(width);
        var source = Enumerable.Range(0, width * height).Select(_ => random.NextSingle() * 2 - 1).ToArray();
        var target = new float[4 * width * height];
        Bilinear.Double(source, width, height, target, new float[4 * width]);
        for (var y = 0; y < 2 * height; y++)
        {
            for (var x = 0; x < 2 * width; x++)
            {
                var expected = Reference(source, width, height, x, y);
                Assert.Equal(expected, target[y * 2 * width + x], 1e-6);
                Assert.Equal(target[y * 2 * width + x], Bilinear.Sample(source, width, height, x, y));
            }
        }
    }

    private static double Reference(float[] source, int width, int height, int x, int y)
    {
        var (sx, sy) = (Math.Max(0, (x + 0.5) * 0.5 - 0.5), Math.Max(0, (y + 0.5) * 0.5 - 0.5));
        var (x0, y0) = ((int)sx, (int)sy);
        var (x1, y1) = (Math.Min(x0 + 1, width - 1), Math.Min(y0 + 1, height - 1));
        var (fx, fy) = (sx - x0, sy - y0);
        return (source[y0 * width + x0] * (1 - fx) + source[y0 * width + x1] * fx) * (1 - fy)
            + (source[y1 * width + x0] * (1 - fx) + source[y1 * width + x1] * fx) * fy;
    }
}
