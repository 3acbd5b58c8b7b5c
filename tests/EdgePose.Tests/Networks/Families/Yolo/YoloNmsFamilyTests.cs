using EdgePose.Networks.Families;
using EdgePose.Networks.Families.Yolo;

namespace EdgePose.Tests.Networks.Families.Yolo;

public sealed class YoloNmsFamilyTests : FamilyContract
{
    internal override IModelFamily Family { get; } = new YoloNmsFamily();

    internal override IReadOnlyList<ExportShapes> Exports { get; } =
    [
        Of(Floats(1, 3, 640, 640), Floats(1, 300, 6)),
        Of(Floats(1, 3, 640, 640), Floats(1, 100, 6)),
    ];
}
