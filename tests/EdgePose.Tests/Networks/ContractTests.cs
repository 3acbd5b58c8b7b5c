using EdgePose.Domain;
using EdgePose.Networks.Families.CenterNet;
using EdgePose.Networks.Families.EndToEnd;
using EdgePose.Networks.Families.Heatmap;
using EdgePose.Networks.Families.Hourglass;
using EdgePose.Networks.Families.LitePose;
using EdgePose.Networks.Families.MoveNet;
using EdgePose.Networks.Families.PicoDet;
using EdgePose.Networks.Families.Rtmdet;
using EdgePose.Networks.Families.Simcc;
using EdgePose.Networks.Families.Yolox;
using EdgePose.Networks.Families;
using EdgePose.Networks.Runtime;
using EdgePose.Networks;
using EdgePose.Tests.Networks.Runtime;

namespace EdgePose.Tests.Networks;

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
            (LitePoseFamily.Kind, Floats(1, 3, 448, 448), [Floats(1, 28, 112, 112), Floats(1, 14, 224, 224)]),
            (LitePoseFamily.Kind, Floats(1, 3, 448, 448), [Floats(1, 14, 224, 224), Floats(1, 28, 112, 112)]),
            (LitePoseFamily.Kind, Floats(1, 3, 512, 768), [Floats(1, 34, 128, 192), Floats(1, 17, 256, 384)]),
            (SimccFamily.Kind, Floats(1, 3, 256, 192), [Floats(1, 133, 384), Floats(1, 133, 512)]),
            (SimccFamily.Kind, Floats(1, 3, 384, 288), [Floats(1, 17, 768), Floats(1, 17, 576)]),
            (HeatmapFamily.Kind, Floats(1, 3, 256, 192), [Floats(1, 17, 64, 48)]),
            (HourglassFamily.Kind, Floats(1, 256, 256, 3), [Floats(1, 8, 16, 64, 64)]),
            (MoveNetFamily.Kind, Of(typeof(int), 1, 192, 192, 3), [Floats(1, 1, 17, 3)]),
            (CenterNetFamily.Kind, Floats(1, 512, 512, 3), [Floats(1, 100, 6)]),
            (YoloxFamily.Kind, Floats(1, 3, 416, 416), [Floats(1, 3549, 85)]),
            (EndToEndFamily.Kind, Floats(1, 3, 320, 320), [Floats(1, 50, 5), Of(typeof(long), 1, 50)]),
            (EndToEndFamily.Kind, Floats(1, 3, 320, 320), [Floats(1, 0, 5), Of(typeof(long), 1, 0)]),
            (PicoDetFamily.Kind, Floats(1, 3, 320, 320), [Floats(1, 2125, 4), Floats(1, 1, 2125)]),
            (RtmdetFamily.Kind, Floats(1, 3, 640, 640),
                [Floats(1, 1, 80, 80), Floats(1, 1, 40, 40), Floats(1, 1, 20, 20), Floats(1, 4, 80, 80), Floats(1, 4, 40, 40), Floats(1, 4, 20, 20)]),
        ];
        foreach (var (kind, input, outputs) in known)
        {
            Assert.Equal(kind, Contract.Recognise(input, outputs)?.Kind);
            Assert.Equal([kind], ModelFamilies.All.Where(f => f.Recognises(input, outputs)).Select(f => f.Kind));
        }
        Assert.Equal(ModelFamilies.Words.Order(), known.Select(k => k.Kind.Word).Distinct().Order());
    }

    /// <summary>Only inputs of two pixels make two families claim one network; then the earlier one has it.</summary>
    [Fact]
    public void Recognise_NetworkThatTwoFamiliesClaim_IsTheEarlierOne()
    {
        var input = Floats(1, 3, 8, 2);
        TensorShape[] outputs = [Floats(1, 1, 4), Floats(1, 1, 16)];
        Assert.Equal([SimccFamily.Kind, PicoDetFamily.Kind], ModelFamilies.All.Where(f => f.Recognises(input, outputs)).Select(f => f.Kind));
        Assert.Equal(SimccFamily.Kind, Contract.Recognise(input, outputs)?.Kind);
        Assert.Equal(
            ["litepose", "simcc", "heatmap", "hourglass-princeton", "movenet-single", "yolox-raw", "det-e2e", "rtmdet-raw", "picodet", "centernet"], ModelFamilies.Words);
    }

    [Fact]
    public void Families_HaveTheTaskOfWhatTheyMake_AndNamesOfTheirOwn()
    {
        foreach (var family in ModelFamilies.All)
        {
            var task = family switch
            {
                IDetectorFamily => ModelTask.Detect,
                ITopDownFamily => ModelTask.TopDown,
                IWholeFrameFamily => ModelTask.BottomUp,
                _ => throw new InvalidOperationException($"{family.Kind} makes nothing"),
            };
            Assert.Equal((family.Kind, task), (family.Kind, family.Kind.Task));
        }
        Assert.Equal(ModelFamilies.All.Count, ModelFamilies.Words.Distinct().Count());
        Assert.Equal(ModelFamilies.All.Count, ModelFamilies.All.Select(f => f.Kind.Name).Distinct().Count());
    }

    [Fact]
    public void Detect_ShapesOfNoFamily_IsNone()
    {
        Assert.Null(Contract.Recognise(Floats(1, 3, 224, 224), [Floats(1, 1000)]));
        Assert.Null(Contract.Recognise(Floats(1, 3), [Floats(1)]));
        Assert.Null(Contract.Recognise(Floats(), []));
        Assert.Null(Contract.Recognise(Of(typeof(int), 4), [Floats(1, 1, 17, 3)]));
        Assert.Null(Contract.Recognise(Floats(1, 3, 256, 192), [Floats(1, 17, 384), Floats(1, 18, 512)]));
    }

    [Fact]
    public void Verify_UnrecognisedOutputsThatTheDescriptorNames_AreTakenAtItsWord()
    {
        // SimCC with another ratio than 2 is recognised by nobody; the descriptor may know better.
        var input = Floats(1, 3, 256, 192);
        TensorShape[] outputs = [Floats(1, 17, 576), Floats(1, 17, 768)];
        Contract.Verify(TinyModel.Describe(SimccFamily.Kind, 192, 256, "coco17", ["a", "b"]), 17, input, outputs);
        var e = Assert.Throws<UserError>(() => Contract.Verify(TinyModel.Describe(SimccFamily.Kind, 192, 256, "coco17"), 17, input, outputs));
        Assert.Contains("do not look like it", e.Message, StringComparison.Ordinal);
        Assert.Throws<UserError>(() => Contract.Verify(TinyModel.Describe(SimccFamily.Kind, 192, 256, "crowdpose14", ["a", "b"]), 14, input, outputs));
    }
}
