using EdgePose.Networks.Families;
using EdgePose.Networks.Families.EndToEnd;

namespace EdgePose.Tests.Networks.Families.EndToEnd;

public sealed class EndToEndFamilyTests : FamilyContract
{
    internal override IModelFamily Family { get; } = new EndToEndFamily();

    internal override IReadOnlyList<ExportShapes> Exports { get; } =
    [
        Of(Floats(1, 3, 320, 320), Floats(1, 50, 5), Longs(1, 50)),
        Of(Floats(1, 3, 320, 320), Floats(1, 0, 5), Longs(1, 0)),
        Of(Floats(1, 3, 640, 640), Floats(1, 100, 5), Integers(1, 100)),
    ];
}
