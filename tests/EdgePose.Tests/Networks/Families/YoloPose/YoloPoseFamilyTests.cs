using EdgePose.Networks.Families;
using EdgePose.Networks.Families.YoloPose;

namespace EdgePose.Tests.Networks.Families.YoloPose;

public sealed class YoloPoseFamilyTests : FamilyContract
{
    internal override IModelFamily Family { get; } = new YoloPoseFamily();

    internal override IReadOnlyList<ExportShapes> Exports { get; } =
    [
        Of(Floats(1, 3, 640, 640), Floats(1, 56, 8400)) with { Alike = ["yolo"] },
        Of(Floats(1, 3, 640, 640), Floats(1, 8400, 56)) with { Alike = ["yolox-raw", "yolo-obj", "yolo"] },
        Of(Floats(1, 3, 640, 640), Floats(1, 300, 57)) with { Alike = ["rt-detr"] },
        Of(Floats(1, 3, 640, 640), Floats(1, 25200, 57)) with { Alike = ["yolo-obj"] },
        Of(Floats(1, 3, 960, 960), Floats(1, 57375, 57)) with { Alike = ["yolo-obj"] },
        Of(Floats(1, 3, 640, 640), Floats(1, 68, 8400)) with { Alike = ["yolo"] },
    ];

    [Theory]
    [InlineData(new[] { 1, 56, 8400 }, 17)]
    [InlineData(new[] { 1, 8400, 56 }, 17)]
    [InlineData(new[] { 1, 300, 57 }, 17)]
    [InlineData(new[] { 1, 25200, 57 }, 17)]
    [InlineData(new[] { 1, 68, 8400 }, 21)]
    [InlineData(new[] { 1, 84, 8400 }, 0)]
    [InlineData(new[] { 1, 300, 6 }, 0)]
    [InlineData(new[] { 1, 300, 84 }, 26)]
    [InlineData(new[] { 2, 56, 8400 }, 0)]
    public void Joints_FollowFromTheRows(int[] shape, int joints) => Assert.Equal(joints, Family.Joints(Floats(1, 3, 640, 640), [Floats(shape)]));
}
