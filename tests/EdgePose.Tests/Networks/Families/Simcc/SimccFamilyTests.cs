using EdgePose.Networks.Families;
using EdgePose.Networks.Families.Simcc;

namespace EdgePose.Tests.Networks.Families.Simcc;

public sealed class SimccFamilyTests : FamilyContract
{
    internal override IModelFamily Family { get; } = new SimccFamily();

    internal override IReadOnlyList<ExportShapes> Exports { get; } =
    [
        Of(Floats(1, 3, 256, 192), Floats(1, 133, 384), Floats(1, 133, 512)),
        Of(Floats(1, 3, 384, 288), Floats(1, 17, 768), Floats(1, 17, 576)),
        // Other ratios than the usual 2, whole and broken ones; a third output beside the two; pictures with the channels last.
        Of(Floats(1, 3, 256, 192), Floats(1, 17, 192), Floats(1, 17, 256)),
        Of(Floats(1, 3, 256, 192), Floats(1, 26, 576), Floats(1, 26, 768)),
        Of(Floats(1, 3, 256, 192), Floats(1, 17, 288), Floats(1, 17, 384)),
        Of(Floats(1, 3, 384, 288), Floats(1, 133, 576), Floats(1, 133, 768), Floats(1, 133, 576)),
        Of(Floats(1, 256, 192, 3), Floats(1, 17, 384), Floats(1, 17, 512)),
    ];

    [Fact]
    public void Joints_AndOutputsToName_AreThoseOfThePair()
    {
        var (input, outputs) = Of(Floats(1, 3, 384, 288), new("z", typeof(float), [1, 133, 100]), new("y", typeof(float), [1, 133, 768]), new("x", typeof(float), [1, 133, 576]));
        Assert.Equal(133, Family.Joints(input, outputs));
        Assert.Equal(["x", "y"], Family.OutputsToName(input, outputs));
        Assert.Empty(Family.OutputsToName(input, [outputs[2], outputs[1]]));
    }
}
