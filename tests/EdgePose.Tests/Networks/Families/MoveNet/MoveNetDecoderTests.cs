using EdgePose.Domain;
using EdgePose.Networks.Families.MoveNet;
using EdgePose.Networks.Preprocessing;
using EdgePose.Tests.Networks.TopDown;

namespace EdgePose.Tests.Networks.Families.MoveNet;

public sealed class MoveNetDecoderTests
{
    [Fact]
    public void Decode_Rows_AreYThenXInPartsOfTheSquareCrop()
    {
        var descriptor = ScriptedNetwork.Describe(MoveNetFamily.Kind, 192, 192);
        var binding = new ScriptedNetwork(descriptor, 1, b =>
            new float[] { 0.25f, 0.5f, 0.9f, 1, 0, 0.1f, float.NaN, 0, 1 }.CopyTo(b.Floats(0, 1, 1, 3, 3))).Bind(1, 192, 192);
        binding.Run();
        Assert.Empty(binding.Input);
        Assert.Equal(192 * 192 * 3, binding.IntInput.Length);
        var points = new Keypoint[3];
        // Box 40 x 200 around (120, 150): half side 125.
        var crop = Placements.Crop(new Box(100, 50, 140, 250), 192, 192, 1.25, udp: false);
        new MoveNetDecoder(descriptor).Decode(binding, 0, crop, points);
        Assert.Equal(120, points[0].X, 3);
        Assert.Equal(150 - 62.5f, points[0].Y, 3);
        Assert.Equal(120 - 125, points[1].X, 3);
        Assert.Equal(150 + 125, points[1].Y, 3);
        Assert.Equal((0.9f, 0.1f), (points[0].Score, points[1].Score));
        Assert.Equal(Keypoint.Missing, points[2]);
    }
}
