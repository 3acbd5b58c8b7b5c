using EdgePose.Networks.Families;
using EdgePose.Networks.Families.MoveNet;

namespace EdgePose.Tests.Networks.Families.MoveNet;

public sealed class MoveNetFamilyTests : FamilyContract
{
    internal override IModelFamily Family { get; } = new MoveNetFamily();

    internal override IReadOnlyList<ExportShapes> Exports { get; } =
    [
        Of(Integers(1, 192, 192, 3), Floats(1, 1, 17, 3)),
    ];
}
