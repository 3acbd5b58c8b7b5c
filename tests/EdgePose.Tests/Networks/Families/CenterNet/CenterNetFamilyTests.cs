using EdgePose.Networks.Families;
using EdgePose.Networks.Families.CenterNet;

namespace EdgePose.Tests.Networks.Families.CenterNet;

public sealed class CenterNetFamilyTests : FamilyContract
{
    internal override IModelFamily Family { get; } = new CenterNetFamily();

    internal override IReadOnlyList<ExportShapes> Exports { get; } =
    [
        Of(Floats(1, 512, 512, 3), Floats(1, 100, 6)),
    ];
}
