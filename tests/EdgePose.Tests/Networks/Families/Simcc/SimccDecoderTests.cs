using EdgePose.Domain;
using EdgePose.Networks.Families.Simcc;
using EdgePose.Networks.Preprocessing;
using EdgePose.Tests.Networks.TopDown;

namespace EdgePose.Tests.Networks.Families.Simcc;

public sealed class SimccDecoderTests
{
    private static Keypoint[] Decode(
        int joints, Action<ScriptedNetwork.Buffers> script, Placement? crop = null, int width = 192, int height = 256, params string[] names)
    {
        var descriptor = ScriptedNetwork.Describe(SimccFamily.Kind, width, height, null, names);
        var binding = new ScriptedNetwork(descriptor, 2, script).Bind(1, height, width);
        binding.Run();
        var points = new Keypoint[joints];
        new SimccDecoder(descriptor).Decode(binding, 0, crop ?? new Placement(1, 1, 0, 0), points);
        return points;
    }

    private static Action<ScriptedNetwork.Buffers> Peaks(params (int X, float ValueX, int Y, float ValueY)[] peaks) => b =>
    {
        var x = b.Floats(0, 1, peaks.Length, 384);
        var y = b.Floats(1, 1, peaks.Length, 512);
        for (var k = 0; k < peaks.Length; k++)
        {
            x[k * 384 + peaks[k].X] = peaks[k].ValueX;
            y[k * 512 + peaks[k].Y] = peaks[k].ValueY;
        }
    };

    [Fact]
    public void Decode_OddBins_KeepTheHalfPixel() =>
        Assert.Equal([new Keypoint(50.5f, 100.5f, 0.8f)], Decode(1, Peaks((101, 0.8f, 201, 0.9f))));

    [Fact]
    public void Decode_FirstAndLastBin_AreTheInputsEdges() =>
        Assert.Equal([new Keypoint(0, 255.5f, 1), new Keypoint(191.5f, 0, 1)], Decode(2, Peaks((0, 1, 511, 1), (383, 1, 0, 1))));

    [Fact]
    public void Decode_Score_IsTheSmallerMaximumAndMayExceedOne() =>
        Assert.Equal([1.2f, 0.3f], Decode(2, Peaks((1, 1.2f, 1, 1.5f), (1, 0.9f, 1, 0.3f))).Select(p => p.Score));

    [Fact]
    public void Decode_NoPositiveMaximum_IsMissingAlsoAfterBackProjection()
    {
        var crop = Placements.Crop(new Box(100, 50, 200, 350), 192, 256, 1.25, udp: false);
        var points = Decode(1, b => { b.Floats(0, 1, 1, 384).Fill(-1); b.Floats(1, 1, 1, 512)[5] = 1; }, crop);
        Assert.Equal(Keypoint.Missing, points[0]);
    }

    [Fact]
    public void Decode_NotANumber_NeverWins()
    {
        var points = Decode(2, b =>
        {
            var (x, y) = (b.Floats(0, 1, 2, 384).ToArray(), b.Floats(1, 1, 2, 512).ToArray());
            (x[3], x[100], y[200]) = (float.NaN, 0.7f, 0.8f);
            x.AsSpan(384).Fill(float.NaN);
            x.CopyTo(b.Floats(0, 1, 2, 384));
            y.CopyTo(b.Floats(1, 1, 2, 512));
        });
        Assert.Equal([new Keypoint(50, 100, 0.7f), Keypoint.Missing], points);
    }

    [Fact]
    public void Decode_WholeBody_TakesAnyNumberOfJoints()
    {
        var peaks = Enumerable.Range(0, 133).Select(k => (k * 2 + 1, 0.5f, k * 3, 0.6f)).ToArray();
        var points = Decode(133, Peaks(peaks));
        for (var k = 0; k < 133; k++) { Assert.Equal(new Keypoint(k + 0.5f, k * 1.5f, 0.5f), points[k]); }
    }

    [Fact]
    public void Decode_OutputsInTheOtherOrder_AreFoundByShape() =>
        Assert.Equal([new Keypoint(5, 10, 1)], Decode(1, b => { b.Floats(1, 1, 1, 384)[10] = 1; b.Floats(0, 1, 1, 512)[20] = 1; }));

    [Fact]
    public void Decode_SquareInput_TakesXFirstUnlessTheDescriptorNamesTheOrder()
    {
        static void Script(ScriptedNetwork.Buffers b) { b.Floats(0, 1, 1, 384)[10] = 1; b.Floats(1, 1, 1, 384)[20] = 1; }
        Assert.Equal([new Keypoint(5, 10, 1)], Decode(1, Script, width: 192, height: 192));
        Assert.Equal([new Keypoint(10, 5, 1)], Decode(1, Script, null, 192, 192, "out1", "out0"));
    }

    [Fact]
    public void Decode_Crop_GoesBackToTheFrame()
    {
        var crop = Placements.Crop(new Box(100, 50, 200, 350), 192, 256, 1.25, udp: false);
        var p = Decode(1, Peaks((192, 1, 256, 1)), crop)[0];
        Assert.Equal((150f, 200f), (p.X, p.Y));
    }

    [Fact]
    public void Decode_OtherNumberOfJoints_IsAModelError() =>
        Assert.Throws<UserError>(() => Decode(17, Peaks((1, 1, 1, 1))));

    /// <summary>The position follows from the number of bins; no key of the descriptor has to say it.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(1.5f)]
    [InlineData(2)]
    [InlineData(3)]
    public void Decode_AnyRatio_FollowsFromTheShapes(float ratio)
    {
        var (columns, rows) = ((int)(192 * ratio), (int)(256 * ratio));
        var points = Decode(1, b =>
        {
            b.Floats(0, 1, 1, columns)[(int)(60 * ratio)] = 0.8f;
            b.Floats(1, 1, 1, rows)[(int)(120 * ratio)] = 0.9f;
        });
        Assert.Equal([new Keypoint(60, 120, 0.8f)], points);
    }

    [Fact]
    public void Decode_BinsOfDifferentRatios_AreRefused() => Assert.Throws<UserError>(() => Decode(1, b =>
    {
        b.Floats(0, 1, 1, 192);
        b.Floats(1, 1, 1, 512);
    }));
}
