using EdgePose.Networks.Families;
using EdgePose.Networks.Families.Rtmdet;

namespace EdgePose.Tests.Networks.Families.Rtmdet;

public sealed class RtmdetFamilyTests : FamilyContract
{
    internal override IModelFamily Family { get; } = new RtmdetFamily();

    internal override IReadOnlyList<ExportShapes> Exports { get; } =
    [
        Of(Floats(1, 3, 640, 640), Floats(1, 1, 80, 80), Floats(1, 1, 40, 40), Floats(1, 1, 20, 20),
            Floats(1, 4, 80, 80), Floats(1, 4, 40, 40), Floats(1, 4, 20, 20)),
    ];
}
