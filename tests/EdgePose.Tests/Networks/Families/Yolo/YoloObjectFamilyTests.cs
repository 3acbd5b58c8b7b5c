using EdgePose.Networks.Families;
using EdgePose.Networks.Families.Yolo;

namespace EdgePose.Tests.Networks.Families.Yolo;

public sealed class YoloObjectFamilyTests : FamilyContract
{
    internal override IModelFamily Family { get; } = new YoloObjectFamily();

    internal override IReadOnlyList<ExportShapes> Exports { get; } =
    [
        Of(Floats(1, 3, 640, 640), Floats(1, 25200, 85)),
        Of(Floats(1, 3, 1280, 1280), Floats(1, 102000, 85)),
        Of(Floats(1, 3, 640, 640), Floats(1, 8400, 85)) with { Alike = ["yolox-raw"] },
    ];
}
