using EdgePose.Networks.Families;
using EdgePose.Networks.Families.Heatmap;

namespace EdgePose.Tests.Networks.Families.Heatmap;

public sealed class HeatmapFamilyTests : FamilyContract
{
    internal override IModelFamily Family { get; } = new HeatmapFamily();

    internal override IReadOnlyList<ExportShapes> Exports { get; } =
    [
        Of(Floats(1, 3, 256, 192), Floats(1, 17, 64, 48)),
        // Finer and coarser maps; two heads of one form; joints last, as networks from TensorFlow have them.
        Of(Floats(1, 3, 256, 192), Floats(1, 17, 128, 96)),
        Of(Floats(1, 3, 256, 192), Floats(1, 17, 32, 24)),
        Of(Floats(1, 3, 256, 256), Floats(1, 16, 64, 64), Floats(1, 16, 64, 64)),
        Of(Floats(1, 3, 256, 192), Floats(1, 64, 48, 17)),
        Of(Floats(1, 256, 192, 3), Floats(1, 64, 48, 17)),
    ];

    [Fact]
    public void Joints_AreTheChannels_WhereverTheyStand()
    {
        foreach (var (input, outputs) in Exports) { Assert.Equal(input.Shape[2] == 256 && input.Shape[3] == 256 ? 16 : 17, Family.Joints(input, outputs)); }
    }

    [Fact]
    public void Recognises_MapsOfEveryPixelOrOfADetector_AreNot()
    {
        Assert.False(Family.Recognises(Floats(1, 3, 256, 192), [Floats(1, 17, 256, 192)]));
        Assert.False(Family.Recognises(Floats(1, 3, 640, 640), [Floats(1, 255, 80, 80), Floats(1, 255, 40, 40), Floats(1, 255, 20, 20)]));
        Assert.False(Family.Recognises(Floats(1, 3, 640, 640), [Floats(1, 116, 8400), Floats(1, 32, 160, 160)]));
    }
}
