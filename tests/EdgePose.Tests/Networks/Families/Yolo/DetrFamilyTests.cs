using EdgePose.Networks.Families;
using EdgePose.Networks.Families.Yolo;

namespace EdgePose.Tests.Networks.Families.Yolo;

public sealed class DetrFamilyTests : FamilyContract
{
    internal override IModelFamily Family { get; } = new DetrFamily();

    internal override IReadOnlyList<ExportShapes> Exports { get; } =
    [
        Of(Floats(1, 3, 640, 640), Floats(1, 300, 84)) with { Alike = ["yolo-pose"] },
        Of(Floats(1, 3, 640, 640), Floats(1, 300, 5)),
    ];
}
