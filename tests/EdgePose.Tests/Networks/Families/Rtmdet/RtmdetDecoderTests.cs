using EdgePose.Domain;
using EdgePose.Networks.Families.Rtmdet;
using EdgePose.Networks.TopDown;
using EdgePose.Networks;
using EdgePose.Tests.Networks.TopDown;

namespace EdgePose.Tests.Networks.Families.Rtmdet;

public sealed class RtmdetDecoderTests
{
    private static readonly int[] Sides = [8, 4, 2];

    private static Detection One(ScriptedNetwork network)
    {
        var found = new List<Detection>();
        EstimatorFactory.Detector(network).Detect(new Frame(128, 128), found);
        return Assert.Single(found);
    }

    private static void Maps(ScriptedNetwork.Buffers b, int firstClass, int firstDistance)
    {
        for (var level = 0; level < 3; level++)
        {
            var side = Sides[level];
            b.Floats(firstClass + level, 1, 1, side, side).Fill(-9);
            var d = b.Floats(firstDistance + level, 1, 4, side, side);
            if (level != 1) { continue; }
            // Cell (3, 2) of stride 16: point (48, 32) in input pixels.
            b.Outputs[firstClass + level].ResizeFloats([1, 1, 4, 4])[2 * 4 + 3] = 1;
            for (var i = 0; i < 4; i++) { d[i * 16 + 2 * 4 + 3] = 10 + i; }
        }
    }

    private static void AssertDecoded(Detection d)
    {
        // Distances are pixels, points have no half cell; the frame is twice the input.
        Assert.Equal(new Box(2 * (48 - 10), 2 * (32 - 11), 2 * (48 + 12), 2 * (32 + 13)), d.Box);
        Assert.Equal(1 / (1 + Math.Exp(-1)), d.Score, 5);
    }

    [Fact]
    public void Decode_ClassAndDistanceMaps_DistancesArePixelsAndPointsHaveNoHalfCell() =>
        AssertDecoded(One(new ScriptedNetwork(ScriptedNetwork.Describe(RtmdetFamily.Kind, 64, 64), 6, b => Maps(b, 0, 3))));

    [Fact]
    public void Decode_MapsInAnyOrder_ArePairedBySize() =>
        AssertDecoded(One(new ScriptedNetwork(ScriptedNetwork.Describe(RtmdetFamily.Kind, 64, 64), 6, b => Maps(b, 3, 0))));

    [Fact]
    public void Decode_NamedOutputs_FollowTheDescriptor() =>
        AssertDecoded(One(new ScriptedNetwork(
            ScriptedNetwork.Describe(RtmdetFamily.Kind, 64, 64, null, "out3", "out4", "out5", "out0", "out1", "out2"), 6, b => Maps(b, 3, 0))));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Decode_NhwcMaps_AppliesTheSigmoidOnlyToLogits(bool logits)
    {
        var network = new ScriptedNetwork(ScriptedNetwork.Describe(RtmdetFamily.Kind, 64, 64), 3, b =>
        {
            for (var level = 0; level < 3; level++)
            {
                var values = b.Floats(level, 1, Sides[level], Sides[level], 5);
                for (var at = 0; at < values.Length; at += 5) { values[at] = logits ? -9 : 0.01f; }
                if (level == 1) { new[] { logits ? 1 : 0.7310586f, 10f, 11, 12, 13 }.CopyTo(values[((2 * 4 + 3) * 5)..]); }
            }
        });
        AssertDecoded(One(network));
    }

    [Fact]
    public void Decode_OtherShapes_IsAModelError() =>
        Assert.Throws<UserError>(() => One(new ScriptedNetwork(ScriptedNetwork.Describe(RtmdetFamily.Kind, 64, 64), 1, b => b.Floats(0, 1, 84, 85))));
}
