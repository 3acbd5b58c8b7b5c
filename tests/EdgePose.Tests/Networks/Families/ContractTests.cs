using EdgePose.Domain;
using EdgePose.Networks.Families;
using EdgePose.Tests.Networks.Runtime;

namespace EdgePose.Tests.Networks.Families;

/// <summary>The families by the shapes of their public exports.</summary>
public sealed class ContractTests
{
    private static TensorShape Of(Type element, params int[] shape) => new("t", element, shape);

    private static TensorShape Floats(params int[] shape) => Of(typeof(float), shape);

    [Fact]
    public void Detect_PublicExports_AreTheirFamilies()
    {
        (ModelKind Kind, TensorShape Input, TensorShape[] Outputs)[] known =
        [
            (ModelKind.LitePose, Floats(1, 3, 448, 448), [Floats(1, 28, 112, 112), Floats(1, 14, 224, 224)]),
            (ModelKind.LitePose, Floats(1, 3, 448, 448), [Floats(1, 14, 224, 224), Floats(1, 28, 112, 112)]),
            (ModelKind.LitePose, Floats(1, 3, 512, 768), [Floats(1, 34, 128, 192), Floats(1, 17, 256, 384)]),
            (ModelKind.Simcc, Floats(1, 3, 256, 192), [Floats(1, 133, 384), Floats(1, 133, 512)]),
            (ModelKind.Simcc, Floats(1, 3, 384, 288), [Floats(1, 17, 768), Floats(1, 17, 576)]),
            (ModelKind.Heatmap, Floats(1, 3, 256, 192), [Floats(1, 17, 64, 48)]),
            (ModelKind.HourglassPrinceton, Floats(1, 256, 256, 3), [Floats(1, 8, 16, 64, 64)]),
            (ModelKind.MoveNetSingle, Of(typeof(int), 1, 192, 192, 3), [Floats(1, 1, 17, 3)]),
            (ModelKind.CenterNet, Floats(1, 512, 512, 3), [Floats(1, 100, 6)]),
            (ModelKind.YoloxRaw, Floats(1, 3, 416, 416), [Floats(1, 3549, 85)]),
            (ModelKind.DetEndToEnd, Floats(1, 3, 320, 320), [Floats(1, 50, 5), Of(typeof(long), 1, 50)]),
            (ModelKind.DetEndToEnd, Floats(1, 3, 320, 320), [Floats(1, 0, 5), Of(typeof(long), 1, 0)]),
            (ModelKind.PicoDet, Floats(1, 3, 320, 320), [Floats(1, 2125, 4), Floats(1, 1, 2125)]),
            (ModelKind.RtmdetRaw, Floats(1, 3, 640, 640),
                [Floats(1, 1, 80, 80), Floats(1, 1, 40, 40), Floats(1, 1, 20, 20), Floats(1, 4, 80, 80), Floats(1, 4, 40, 40), Floats(1, 4, 20, 20)]),
        ];
        foreach (var (kind, input, outputs) in known) { Assert.Equal(kind, Contract.Detect(input, outputs)); }
        Assert.Equal(Enum.GetValues<ModelKind>().Order(), known.Select(k => k.Kind).Distinct().Order());
    }

    [Fact]
    public void Detect_ShapesOfNoFamily_IsNone()
    {
        Assert.Null(Contract.Detect(Floats(1, 3, 224, 224), [Floats(1, 1000)]));
        Assert.Null(Contract.Detect(Floats(1, 3), [Floats(1)]));
        Assert.Null(Contract.Detect(Floats(), []));
        Assert.Null(Contract.Detect(Of(typeof(int), 4), [Floats(1, 1, 17, 3)]));
        Assert.Null(Contract.Detect(Floats(1, 3, 256, 192), [Floats(1, 17, 384), Floats(1, 18, 512)]));
    }

    [Fact]
    public void Verify_UnrecognisedOutputsThatTheDescriptorNames_AreTakenAtItsWord()
    {
        // SimCC with another ratio than 2 is recognised by nobody; the descriptor may know better.
        var input = Floats(1, 3, 256, 192);
        TensorShape[] outputs = [Floats(1, 17, 576), Floats(1, 17, 768)];
        Contract.Verify(TinyModel.Describe(ModelKind.Simcc, 192, 256, "coco17", ["a", "b"]), 17, input, outputs);
        var e = Assert.Throws<UserError>(() => Contract.Verify(TinyModel.Describe(ModelKind.Simcc, 192, 256, "coco17"), 17, input, outputs));
        Assert.Contains("do not look like it", e.Message, StringComparison.Ordinal);
        Assert.Throws<UserError>(() => Contract.Verify(TinyModel.Describe(ModelKind.Simcc, 192, 256, "crowdpose14", ["a", "b"]), 14, input, outputs));
    }
}
