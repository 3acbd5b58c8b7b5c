using EdgePose.Domain;
using EdgePose.Networks.Families.Heatmap;
using EdgePose.Networks.Families.Hourglass;
using EdgePose.Networks.Preprocessing;
using EdgePose.Tests.Networks.TopDown;

namespace EdgePose.Tests.Networks.Families.Heatmap;

public sealed class HeatmapDecoderTests
{
    private static readonly Placement Identity = new(1, 1, 0, 0);

    private static Keypoint[] Decode(
        HeatmapRefine refine, int joints, int width, int height, Action<ScriptedNetwork.Buffers> script, Placement? crop = null,
        ModelKind? kind = null)
    {
        var descriptor = ScriptedNetwork.Describe(kind ?? HeatmapFamily.Kind, width * 4, height * 4, new ModelDecode { Refine = refine });
        var binding = new ScriptedNetwork(descriptor, 1, script).Bind(1, height * 4, width * 4);
        binding.Run();
        var points = new Keypoint[joints];
        new HeatmapDecoder(descriptor).Decode(binding, 0, crop ?? Identity, points);
        return points;
    }

    private static void Gaussian(Span<float> map, int width, int height, double cx, double cy)
    {
        for (var i = 0; i < width * height; i++)
        {
            var (dx, dy) = (i % width - cx, i / width - cy);
            map[i] = (float)Math.Exp(-(dx * dx + dy * dy) / 8);
        }
    }

    // Gaussians of sigma 2 at random sub-pixel centres away from the borders: mean error in heat-map pixels.
    [Theory]
    [InlineData(HeatmapRefine.None, 0.383, 0.02)]
    [InlineData(HeatmapRefine.Quarter, 0.191, 0.01)]
    [InlineData(HeatmapRefine.Dark, 0.0, 0.02)]
    [InlineData(HeatmapRefine.UdpDark, 0.0, 0.02)]
    internal void Decode_SubPixelGaussians_MeanErrorIsThatOfTheRefinement(HeatmapRefine refine, double expected, double tolerance)
    {
        const int W = 48, H = 64, Count = 300;
        var random = new Random(7);
        var centres = Enumerable.Range(0, Count).Select(_ => (X: 12 + random.NextDouble() * 24, Y: 12 + random.NextDouble() * 40)).ToArray();
        var points = Decode(refine, Count, W, H, b =>
        {
            var maps = b.Floats(0, 1, Count, H, W);
            for (var k = 0; k < Count; k++) { Gaussian(maps.Slice(k * W * H, W * H), W, H, centres[k].X, centres[k].Y); }
        });
        // Back from input pixels to cells: stride 4, or (W - 1) / (4 W - 1) for UDP.
        var udp = refine == HeatmapRefine.UdpDark;
        var (sx, sy) = udp ? ((W * 4 - 1.0) / (W - 1), (H * 4 - 1.0) / (H - 1)) : (4.0, 4.0);
        var error = points.Zip(centres, (p, c) => Math.Sqrt(Math.Pow(p.X / sx - c.X, 2) + Math.Pow(p.Y / sy - c.Y, 2))).Average();
        Assert.InRange(error, expected - tolerance, expected + tolerance);
    }

    private static Keypoint Single(HeatmapRefine refine, params (int X, int Y, float Value)[] cells) => Decode(refine, 1, 12, 16, b =>
    {
        var map = b.Floats(0, 1, 1, 16, 12);
        foreach (var (x, y, value) in cells) { map[y * 12 + x] = value; }
    })[0];

    [Fact]
    public void Decode_Quarter_MovesTowardsTheLargerNeighbourWithoutHalfACell() =>
        Assert.Equal(new Keypoint(5.25f * 4, 6.75f * 4, 0.9f), Single(HeatmapRefine.Quarter, (5, 7, 0.9f), (6, 7, 0.3f), (5, 6, 0.2f)));

    [Fact]
    public void Decode_QuarterEqualNeighbours_DoesNotMove() =>
        Assert.Equal(new Keypoint(20, 28, 0.9f), Single(HeatmapRefine.Quarter, (5, 7, 0.9f)));

    [Theory]
    [InlineData(0, 5, 1, 5, 0, 5)]      // column 0: neither axis
    [InlineData(1, 5, 2, 5, 1, 5)]      // column 1 is not refined in x
    [InlineData(1, 5, 1, 6, 1, 5.25)]   // but in y
    [InlineData(11, 5, 10, 5, 11, 5)]   // last column
    [InlineData(2, 5, 3, 5, 2.25, 5)]
    [InlineData(5, 0, 6, 0, 5, 0)]      // row 0
    public void Decode_QuarterAtTheBorder_FollowsTheStrictInequalities(int x, int y, int nx, int ny, double ex, double ey)
    {
        var p = Single(HeatmapRefine.Quarter, (x, y, 0.9f), (nx, ny, 0.3f));
        Assert.Equal(((float)ex * 4, (float)ey * 4), (p.X, p.Y));
    }

    [Fact]
    public void Decode_QuarterAe_AddsHalfACellAndGoesBackOnEqualNeighbours() =>
        Assert.Equal(new Keypoint(5.75f * 4, 7.25f * 4, 0.9f), Single(HeatmapRefine.QuarterAe, (5, 7, 0.9f), (6, 7, 0.3f)));

    [Fact]
    public void Decode_QuarterAeInTheCorner_ClampsTheNeighbours() =>
        Assert.Equal(new Keypoint(0.25f * 4, 0.25f * 4, 0.9f), Single(HeatmapRefine.QuarterAe, (0, 0, 0.9f)));

    [Fact]
    public void Decode_MapWithoutPositiveValue_IsMissingAndNotAPointLeftOfTheCrop()
    {
        var p = Single(HeatmapRefine.Quarter, (5, 7, -0.5f));
        Assert.Equal(Keypoint.Missing, p);
        Assert.False(p.IsFound);
    }

    [Theory]
    [InlineData(HeatmapRefine.Quarter)]
    [InlineData(HeatmapRefine.Dark)]
    [InlineData(HeatmapRefine.UdpDark)]
    internal void Decode_NotANumber_NeverWins(HeatmapRefine refine)
    {
        var p = Single(refine, (1, 1, float.NaN), (5, 7, 0.9f));
        Assert.Equal(0.9f, p.Score);
        Assert.True(float.IsFinite(p.X) && float.IsFinite(p.Y));
        Assert.Equal(Keypoint.Missing, Single(refine, (5, 7, float.PositiveInfinity)));
    }

    [Fact]
    public void Decode_StackedMaps_TakesTheLastStack()
    {
        var p = Decode(HeatmapRefine.None, 2, 16, 16, b =>
        {
            var maps = b.Floats(0, 1, 3, 2, 16, 16);
            maps[..(2 * 2 * 256)].Fill(5);
            maps[(4 * 256) + 3 * 16 + 2] = 0.5f;
            maps[(5 * 256) + 4 * 16 + 9] = 0.6f;
        }, kind: HourglassFamily.Kind);
        Assert.Equal([new Keypoint(8, 12, 0.5f), new Keypoint(36, 16, 0.6f)], p);
    }

    [Fact]
    public void Decode_Crop_GoesBackToTheFrame()
    {
        var crop = Placements.Crop(new Box(100, 50, 200, 350), 48, 64, 1.25, udp: false);
        var p = Decode(HeatmapRefine.None, 1, 12, 16, b => b.Floats(0, 1, 1, 16, 12)[8 * 12 + 6] = 1, crop)[0];
        Assert.Equal((150f, 200f), (p.X, p.Y));
    }

    [Fact]
    public void Decode_UdpCrop_LastCellIsTheCropsLastPixelCentre()
    {
        var crop = Placements.Crop(new Box(0, 0, 75, 100), 48, 64, 1, udp: true);
        var p = Decode(HeatmapRefine.UdpDark, 1, 12, 16, b => Gaussian(b.Floats(0, 1, 1, 16, 12), 12, 16, 6, 7), crop)[0];
        Assert.Equal(6 * 75.0 / 11, p.X, 1);
        Assert.Equal(7 * 100.0 / 15, p.Y, 1);
    }

    [Fact]
    public void Decode_TieOfTwoPeaks_TakesTheFirst() =>
        Assert.Equal(8f, Single(HeatmapRefine.None, (2, 3, 0.9f), (7, 9, 0.9f)).X);

    [Fact]
    public void Decode_OtherNumberOfJoints_IsAModelError() =>
        Assert.Throws<UserError>(() => Decode(HeatmapRefine.None, 17, 12, 16, b => b.Floats(0, 1, 16, 16, 12)));

    [Fact]
    public void LogHeatmap_SeparableBlur_EqualsTheTwoDimensionalOne()
    {
        const int W = 13, H = 11, K = 5;
        var random = new Random(3);
        var map = Enumerable.Range(0, W * H).Select(_ => random.NextSingle()).ToArray();
        var log = new LogHeatmap(K);
        log.Load(map, W, H, map.Max(), 1e-10f, float.MaxValue);
        var sigma = 0.3 * ((K - 1) * 0.5 - 1) + 0.8;
        var blurred = new double[W * H];
        var weights = 0.0;
        for (var v = -2; v <= 2; v++) { for (var u = -2; u <= 2; u++) { weights += Math.Exp(-(u * u + v * v) / (2 * sigma * sigma)); } }
        for (var i = 0; i < W * H; i++)
        {
            for (var v = -2; v <= 2; v++)
            {
                for (var u = -2; u <= 2; u++)
                {
                    var (x, y) = (i % W + u, i / W + v);
                    if (x >= 0 && y >= 0 && x < W && y < H) { blurred[i] += map[y * W + x] * Math.Exp(-(u * u + v * v) / (2 * sigma * sigma)) / weights; }
                }
            }
        }
        for (var i = 0; i < W * H; i++) { Assert.Equal(Math.Log(blurred[i] * map.Max() / blurred.Max()), log[i % W, i / W], 4); }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Decode_JointsFirstOrLast_AtAnyStride_AreTheSamePoints(int stride)
    {
        const int Joints = 3;
        var (columns, rows) = (96 / stride, 128 / stride);
        var (first, last) = (new float[Joints * rows * columns], new float[Joints * rows * columns]);
        for (var k = 0; k < Joints; k++)
        {
            Gaussian(first.AsSpan(k * rows * columns, rows * columns), columns, rows, 3.3 + k, 5.6 + k);
            for (var i = 0; i < rows * columns; i++) { last[i * Joints + k] = first[k * rows * columns + i]; }
        }
        var expected = DecodeAt(b => first.CopyTo(b.Floats(0, 1, Joints, rows, columns)));
        Assert.Equal(expected, DecodeAt(b => last.CopyTo(b.Floats(0, 1, rows, columns, Joints))));
        Assert.Equal(stride * (4 - 0.25f), expected[1].X, 0.5f * stride);

        static Keypoint[] DecodeAt(Action<ScriptedNetwork.Buffers> script)
        {
            var descriptor = ScriptedNetwork.Describe(HeatmapFamily.Kind, 96, 128);
            var binding = new ScriptedNetwork(descriptor, 1, script).Bind(1, 128, 96);
            binding.Run();
            var points = new Keypoint[Joints];
            new HeatmapDecoder(descriptor).Decode(binding, 0, Identity, points);
            return points;
        }
    }

    [Fact]
    public void Decode_TwoHeads_TakesTheLast()
    {
        var descriptor = ScriptedNetwork.Describe(HeatmapFamily.Kind, 48, 64);
        var binding = new ScriptedNetwork(descriptor, 2, b =>
        {
            b.Floats(0, 1, 1, 16, 12)[0] = 1;
            b.Floats(1, 1, 1, 16, 12)[5 * 12 + 6] = 0.5f;
        }).Bind(1, 64, 48);
        binding.Run();
        var points = new Keypoint[1];
        new HeatmapDecoder(descriptor).Decode(binding, 0, Identity, points);
        Assert.Equal(0.5f, points[0].Score);
    }
}
