using EdgePose.Networks.Families;
using EdgePose.Networks.Families.Yolox;

namespace EdgePose.Tests.Networks.Families.Yolox;

public sealed class YoloxFamilyTests : FamilyContract
{
    internal override IModelFamily Family { get; } = new YoloxFamily();

    internal override IReadOnlyList<ExportShapes> Exports { get; } =
    [
        Of(Floats(1, 3, 416, 416), Floats(1, 3549, 85)) with { Alike = ["yolo-obj"] },
    ];
}
