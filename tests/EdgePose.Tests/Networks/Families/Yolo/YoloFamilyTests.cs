using EdgePose.Networks.Families;
using EdgePose.Networks.Families.Yolo;

namespace EdgePose.Tests.Networks.Families.Yolo;

public sealed class YoloFamilyTests : FamilyContract
{
    internal override IModelFamily Family { get; } = new YoloFamily();

    internal override IReadOnlyList<ExportShapes> Exports { get; } =
    [
        Of(Floats(1, 3, 640, 640), Floats(1, 84, 8400)),
        Of(Floats(1, 3, 640, 640), Floats(1, 5, 8400)),
        Of(Floats(1, 3, 384, 640), Floats(1, 84, 5040)),
        Of(Floats(1, 3, 640, 640), Floats(1, 8400, 84)) with { Alike = ["yolox-raw"] },
    ];
}
