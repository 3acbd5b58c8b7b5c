using EdgePose.Networks.Families;
using EdgePose.Networks.Families.PicoDet;

namespace EdgePose.Tests.Networks.Families.PicoDet;

public sealed class PicoDetFamilyTests : FamilyContract
{
    internal override IModelFamily Family { get; } = new PicoDetFamily();

    internal override IReadOnlyList<ExportShapes> Exports { get; } =
    [
        Of(Floats(1, 3, 320, 320), Floats(1, 2125, 4), Floats(1, 1, 2125)),
    ];
}
