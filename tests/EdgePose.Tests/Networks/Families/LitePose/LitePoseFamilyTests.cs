using EdgePose.Networks.Families;
using EdgePose.Networks.Families.LitePose;

namespace EdgePose.Tests.Networks.Families.LitePose;

public sealed class LitePoseFamilyTests : FamilyContract
{
    internal override IModelFamily Family { get; } = new LitePoseFamily();

    internal override IReadOnlyList<ExportShapes> Exports { get; } =
    [
        Of(Floats(1, 3, 448, 448), Floats(1, 28, 112, 112), Floats(1, 14, 224, 224)),
        Of(Floats(1, 3, 448, 448), Floats(1, 14, 224, 224), Floats(1, 28, 112, 112)),
        Of(Floats(1, 3, 512, 768), Floats(1, 34, 128, 192), Floats(1, 17, 256, 384)),
    ];
}
