using EdgePose.Networks.Families;
using EdgePose.Networks.Families.Hourglass;

namespace EdgePose.Tests.Networks.Families.Hourglass;

public sealed class HourglassFamilyTests : FamilyContract
{
    internal override IModelFamily Family { get; } = new HourglassFamily();

    internal override IReadOnlyList<ExportShapes> Exports { get; } =
    [
        Of(Floats(1, 256, 256, 3), Floats(1, 8, 16, 64, 64)),
    ];
}
