using EdgePose.Domain;
using EdgePose.Networks.Preprocessing;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Networks.Preprocessing;

public sealed class PreprocessTests
{
    private static readonly float[] Mean = [123.675f, 116.28f, 103.53f];
    private static readonly float[] Std = [58.395f, 57.12f, 57.375f];

    internal static Frame Noise(int width, int height)
    {
        var frame = new Frame(width, height);
        var state = 12345u;
        for (var i = 0; i < frame.Pixels.Length; i++)
        {
            state = unchecked(state * 1664525u + 1013904223u);
            frame.Pixels[i] = (byte)(state >> 24);
        }
        return frame;
    }

    internal static ModelInput Input(
        int width, int height, TensorLayout layout = TensorLayout.Nhwc, ColourOrder colour = ColourOrder.Rgb,
        ResizeRule resize = ResizeRule.Letterbox, bool int32 = false, byte pad = 0) => new()
        {
            Width = width, Height = height, Layout = layout, Colour = colour, Resize = resize, Int32 = int32, PadValue = pad,
        };

    private static uint Fnv(ReadOnlySpan<int> values)
    {
        var hash = 2166136261u;
        foreach (var value in values) { hash = unchecked((hash ^ (byte)value) * 16777619u); }
        return hash;
    }

    // Hashes of the output of cv::resize (OpenCV 4.6, INTER_LINEAR) on the same noise.
    [Theory]
    [InlineData(97, 61, 40, 25, 0x27c6b71au)]
    [InlineData(97, 61, 150, 90, 0x21d723a7u)]
    [InlineData(64, 48, 32, 24, 0x5682d1a9u)]
    [InlineData(120, 90, 97, 61, 0x21c046b3u)]
    [InlineData(33, 1, 50, 3, 0xef86af7bu)]
    [InlineData(768, 576, 416, 312, 0x93c82b71u)]
    [InlineData(31, 47, 31, 20, 0x07eff24du)]
    [InlineData(640, 480, 512, 512, 0x2e3c1344u)]
    public void Resize_OfNoise_EqualsOpenCvBitForBit(int width, int height, int toWidth, int toHeight, uint expected)
    {
        var pixels = new int[3 * toWidth * toHeight];
        new Preprocess(Input(toWidth, toHeight, int32: true)).Resize<int>(Noise(width, height), toWidth, toHeight, toWidth, toHeight, pixels);
        Assert.Equal(expected, Fnv(pixels));
    }

    /// <summary>The planes are made by other code than packed pixels, which is held against OpenCV's hashes.</summary>
    [Theory]
    [InlineData(97, 61, 40, 25)]
    [InlineData(97, 61, 151, 90)]
    [InlineData(33, 1, 50, 3)]
    [InlineData(1, 1, 7, 5)]
    [InlineData(2, 3, 1, 1)]
    [InlineData(640, 480, 320, 240)]
    internal void Resize_AndWarp_Planes_AreThePackedPixelsToTheBit(int width, int height, int toWidth, int toHeight)
    {
        var frame = Noise(width, height);
        var box = new Box(-0.1f * width, 0.2f * height, 0.8f * width, 1.3f * height);
        foreach (var colour in Enum.GetValues<ColourOrder>())
        {
            foreach (var warp in new[] { false, true })
            {
                var (packed, planes) = (Draw(TensorLayout.Nhwc, colour, warp), Draw(TensorLayout.Nchw, colour, warp));
                for (var i = 0; i < toWidth * toHeight; i++)
                {
                    for (var c = 0; c < 3; c++) { Assert.Equal(packed[3 * i + c], planes[c * toWidth * toHeight + i]); }
                }
            }
        }

        int[] Draw(TensorLayout layout, ColourOrder colour, bool warp)
        {
            var pixels = new int[3 * toWidth * toHeight];
            var preprocess = new Preprocess(Input(toWidth, toHeight, layout, colour, int32: true));
            if (warp) { preprocess.Warp<int>(frame, Placements.Crop(box, toWidth, toHeight, 1.25, udp: false), toWidth, toHeight, pixels); }
            else { preprocess.Resize<int>(frame, toWidth, toHeight, toWidth, toHeight, pixels); }
            return pixels;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(449)]
    public void PlanarNormalise_AnyLength_EqualsTheTableToTheBit(int length)
    {
        var table = new ChannelTable(Input(8, 8) with { Mean = Mean, Std = Std });
        var pixels = Noise(length, 1).Pixels;
        for (var c = 0; c < 3; c++)
        {
            var target = new float[length];
            PlanarRows.Normalise(pixels.AsSpan(c), Mean[c], Std[c], target);
            for (var i = 0; i < length; i++) { Assert.Equal(BitConverter.SingleToInt32Bits(table.Channel(c)[pixels[3 * i + c]]), BitConverter.SingleToInt32Bits(target[i])); }
        }
    }

    // Hashes of the output of cv::warpAffine (OpenCV 4.6, INTER_LINEAR, constant border 0) on the same noise.
    [Theory]
    [InlineData(97, 61, 10, 5, 40, 50, 48, 64, 1.25, 0x6a0c0c28u)]
    [InlineData(97, 61, -20, -30, 60, 40, 48, 64, 1.25, 0xae581a24u)]
    [InlineData(97, 61, 60.5, 20.25, 120.75, 80.5, 64, 64, 1.25, 0x87f1a8abu)]
    [InlineData(200, 150, 0, 0, 200, 150, 96, 128, 1.0, 0x6a5b9e5au)]
    [InlineData(200, 150, 90, 70, 96, 79, 192, 256, 1.25, 0x97e041e8u)]
    [InlineData(640, 480, 300.5, 20.25, 420.75, 460.5, 192, 256, 1.25, 0xc347d25au)]
    public void Warp_CropOfNoise_EqualsOpenCvBitForBit(
        int width, int height, float x1, float y1, float x2, float y2, int toWidth, int toHeight, double padding, uint expected)
    {
        var pixels = new int[3 * toWidth * toHeight];
        var crop = Placements.Crop(new Box(x1, y1, x2, y2), toWidth, toHeight, padding, udp: false);
        new Preprocess(Input(toWidth, toHeight, int32: true)).Warp<int>(Noise(width, height), crop, toWidth, toHeight, pixels);
        Assert.Equal(expected, Fnv(pixels));
    }

    [Theory]
    [InlineData(1.7, 0.8, -30, 12.25)]
    [InlineData(0.21, 0.33, 7.3, -4.6)]
    [InlineData(1, 1, 0, 0)]
    [InlineData(31.5, 31.5, -900, -700)]
    public void Warp_AnyPlacement_EqualsTheFourTapIntegerModel(double scaleX, double scaleY, double offsetX, double offsetY)
    {
        var frame = Noise(61, 47);
        var placement = new Placement(scaleX, scaleY, offsetX, offsetY);
        var actual = new int[3 * 53 * 40];
        new Preprocess(Input(53, 40, int32: true)).Warp<int>(frame, placement, 53, 40, actual);
        Assert.Equal(FourTapWarp(frame, placement, 53, 40), actual);
    }

    [Theory]
    [InlineData(TensorLayout.Nchw, ColourOrder.Rgb)]
    [InlineData(TensorLayout.Nchw, ColourOrder.Bgr)]
    [InlineData(TensorLayout.Nhwc, ColourOrder.Rgb)]
    [InlineData(TensorLayout.Nhwc, ColourOrder.Bgr)]
    internal void Warp_LayoutColourAndNormalisation_EqualTheChannelTable(TensorLayout layout, ColourOrder colour)
    {
        const int W = 37, H = 21;
        var frame = Noise(50, 30);
        var placement = new Placement(0.9, 0.9, -3.2, 1.7);
        var input = Input(W, H, layout, colour) with { Mean = Mean, Std = Std };
        var actual = new float[3 * W * H];
        new Preprocess(input).Warp<float>(frame, placement, W, H, actual);
        var rgb = FourTapWarp(frame, placement, W, H);
        var table = new ChannelTable(input);
        for (var i = 0; i < W * H; i++)
        {
            for (var c = 0; c < 3; c++)
            {
                var expected = table.Channel(c)[rgb[i * 3 + table.SourceChannel[c]]];
                Assert.Equal(expected, actual[layout == TensorLayout.Nchw ? c * W * H + i : i * 3 + c]);
            }
        }
    }

    [Theory]
    [InlineData(TensorLayout.Nchw)]
    [InlineData(TensorLayout.Nhwc)]
    internal void Resize_LetterboxContent_PadsRightAndBelowWithTheNormalisedPadValue(TensorLayout layout)
    {
        var input = Input(32, 24, layout, ColourOrder.Bgr, pad: 114) with { Mean = Mean, Std = Std };
        var table = new ChannelTable(input);
        var actual = new float[3 * 32 * 24];
        new Preprocess(input).Resize<float>(Noise(40, 20), 30, 15, 32, 24, actual);
        for (var y = 0; y < 24; y++)
        {
            for (var x = 0; x < 32; x++)
            {
                if (x < 30 && y < 15) { continue; }
                for (var c = 0; c < 3; c++)
                {
                    Assert.Equal(table.Channel(c)[114], actual[layout == TensorLayout.Nchw ? (c * 24 + y) * 32 + x : (y * 32 + x) * 3 + c]);
                }
            }
        }
    }

    [Theory]
    [InlineData(TensorLayout.Nchw, ColourOrder.Bgr)]
    [InlineData(TensorLayout.Nhwc, ColourOrder.Rgb)]
    internal void Resize_FrameOfTheContentsSize_IsCopied(TensorLayout layout, ColourOrder colour)
    {
        var frame = Noise(30, 20);
        var actual = new float[3 * 32 * 24];
        new Preprocess(Input(32, 24, layout, colour)).Resize<float>(frame, 30, 20, 32, 24, actual);
        for (var i = 0; i < 30 * 20 * 3; i++)
        {
            var (x, y, source) = (i / 3 % 30, i / 90, i % 3);
            var c = colour == ColourOrder.Rgb ? source : 2 - source;
            Assert.Equal(frame.Pixels[i], actual[layout == TensorLayout.Nchw ? (c * 24 + y) * 32 + x : (y * 32 + x) * 3 + c]);
        }
    }

    [Fact]
    public void Resize_Gradient_KeepsPixelCentresHalfway()
    {
        var frame = new Frame(64, 4);
        for (var i = 0; i < frame.Pixels.Length; i++) { frame.Pixels[i] = (byte)(i / 3 % 64 * 4); }
        var actual = new int[3 * 128 * 4];
        new Preprocess(Input(128, 4, int32: true)).Resize<int>(frame, 128, 4, 128, 4, actual);
        for (var x = 1; x < 127; x++) { Assert.InRange(actual[x * 3], 4 * ((x + 0.5) / 2 - 0.5) - 0.51, 4 * ((x + 0.5) / 2 - 0.5) + 0.51); }
        Assert.Equal((0, 252), (actual[0], actual[127 * 3]));
    }

    [Fact]
    public void Fill_SameInstanceForOtherSizes_EqualsAFreshOne()
    {
        var input = Input(32, 24, TensorLayout.Nchw, resize: ResizeRule.Letterbox, pad: 114);
        var reused = new Preprocess(input);
        foreach (var (w, h) in new[] { (97, 61), (20, 80), (97, 61), (32, 24), (64, 48) })
        {
            var (actual, expected) = (new float[3 * 32 * 24], new float[3 * 32 * 24]);
            Placements.Letterbox(w, h, 32, 24, out var cw, out var ch);
            reused.Warp<float>(Noise(10, 10), new Placement(2, 2, 0, 0), 32, 24, actual);
            reused.Resize<float>(Noise(w, h), cw, ch, 32, 24, actual);
            new Preprocess(input).Resize<float>(Noise(w, h), cw, ch, 32, 24, expected);
            Assert.Equal(expected, actual);
        }
    }

    [Fact(DisableParallelization = true)]
    public void Fill_AfterWarmUp_AllocatesNothing()
    {
        var (frame, target) = (Noise(97, 61), new float[3 * 48 * 64]);
        var preprocess = new Preprocess(Input(48, 64, TensorLayout.Nchw) with { Mean = Mean, Std = Std });
        void Work(int i)
        {
            preprocess.Warp<float>(frame, new Placement(0.5 + i * 0.001, 0.5, i, 0), 48, 64, target);
            preprocess.Resize<float>(frame, 48, 30, 48, 64, target);
        }
        for (var i = 0; i < 50; i++) { Work(i); }
        Assert.Equal(0, Allocations.OfBestRound(() =>
        {
            for (var i = 0; i < 1000; i++) { Work(i); }
        }));
    }

    /// <summary>OpenCV's 8-bit warp pixel by pixel: four taps with weights that sum to 32768, black outside, RGB24 order.</summary>
    private static int[] FourTapWarp(Frame frame, in Placement placement, int width, int height)
    {
        var d = 1.0 / (placement.ScaleX * placement.ScaleY);
        var (m0, m4) = (placement.ScaleY * d, placement.ScaleX * d);
        var (b1, b2) = (-m0 * placement.OffsetX, -m4 * placement.OffsetY);
        var result = new int[3 * width * height];
        for (var i = 0; i < width * height; i++)
        {
            var (x, y) = (i % width, i / width);
            var px = ((int)Math.Round(b1 * 1024) + 16 + (int)Math.Round(m0 * x * 1024)) >> 5;
            var py = ((int)Math.Round((m4 * y + b2) * 1024) + 16) >> 5;
            var (sx, fx, sy, fy) = (px >> 5, px & 31, py >> 5, py & 31);
            for (var c = 0; c < 3; c++)
            {
                int At(int u, int v) => u < 0 || v < 0 || u >= frame.Width || v >= frame.Height ? 0 : frame.Pixels[(v * frame.Width + u) * 3 + c];
                var sum = (32 - fx) * (32 - fy) * 32 * At(sx, sy) + fx * (32 - fy) * 32 * At(sx + 1, sy)
                    + (32 - fx) * fy * 32 * At(sx, sy + 1) + fx * fy * 32 * At(sx + 1, sy + 1);
                result[i * 3 + c] = (sum + 16384) >> 15;
            }
        }
        return result;
    }
}
