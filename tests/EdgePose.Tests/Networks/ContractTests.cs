using EdgePose.Domain;
using EdgePose.Networks;
using EdgePose.Networks.Families.PicoDet;
using EdgePose.Networks.Families.Simcc;
using EdgePose.Networks.Families.Yolo;
using EdgePose.Networks.Families.Yolox;
using EdgePose.Networks.Runtime;
using EdgePose.Tests.Networks.Families;
using EdgePose.Tests.Networks.Runtime;

namespace EdgePose.Tests.Networks;

/// <summary>The families by the shapes of their public exports.</summary>
public sealed class ContractTests
{
    private static TensorShape Of(Type element, params int[] shape) => new("t", element, shape);

    private static TensorShape Floats(params int[] shape) => Of(typeof(float), shape);

    /// <summary>Which networks a family claims stands in its own tests; here, that each family has such tests.</summary>
    [Fact]
    public void Families_EachHaveTestsThatShowTheirExports()
    {
        var shown = typeof(FamilyContract).Assembly.GetTypes().Where(t => t is { IsAbstract: false } && t.IsSubclassOf(typeof(FamilyContract)))
            .Select(t => ((FamilyContract)Activator.CreateInstance(t)!).Family.Kind.Word);
        Assert.Equal(ModelFamilies.Words.Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
    }

    /// <summary>Only inputs of two pixels make two families claim one network; then the earlier one has it.</summary>
    [Fact]
    public void Recognise_NetworkThatTwoFamiliesClaim_IsTheEarlierOne()
    {
        var input = Floats(1, 3, 8, 2);
        TensorShape[] outputs = [Floats(1, 1, 4), Floats(1, 1, 16)];
        Assert.Equal([SimccFamily.Kind, PicoDetFamily.Kind], ModelFamilies.All.Where(f => f.Recognises(input, outputs)).Select(f => f.Kind));
        Assert.Equal(SimccFamily.Kind, Contract.Recognise(input, outputs)?.Kind);
    }

    [Fact]
    public void Families_HaveNamesOfTheirOwn()
    {
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
        // Bins that are not as many over x as over y are recognised by nobody; the descriptor may know better.
        var input = Floats(1, 3, 256, 192);
        TensorShape[] outputs = [Floats(1, 17, 576), Floats(1, 17, 700)];
        Contract.Verify(TinyModel.Describe(SimccFamily.Kind, 192, 256, "coco17", ["a", "b"]), 17, input, outputs);
        var e = Assert.Throws<UserError>(() => Contract.Verify(TinyModel.Describe(SimccFamily.Kind, 192, 256, "coco17"), 17, input, outputs));
        Assert.Contains("do not look like it", e.Message, StringComparison.Ordinal);
        Assert.Throws<UserError>(() => Contract.Verify(TinyModel.Describe(SimccFamily.Kind, 192, 256, "crowdpose14", ["a", "b"]), 14, input, outputs));
    }

    /// <summary>YOLOX's rows are also those of another export of it: what the descriptor says is right as long as its family reads them.</summary>
    [Fact]
    public void Verify_NetworkThatSeveralFamiliesClaim_IsTheOneOfItsDescriptor()
    {
        var (input, outputs) = (Floats(1, 3, 640, 640), (TensorShape[])[Floats(1, 8400, 85)]);
        Assert.Equal(YoloxFamily.Kind, Contract.Recognise(input, outputs)?.Kind);
        Contract.Verify(TinyModel.Describe(YoloObjectFamily.Kind, 640, 640), 0, input, outputs);
        Assert.Throws<UserError>(() => Contract.Verify(TinyModel.Describe(YoloNmsFamily.Kind, 640, 640), 0, input, outputs));
    }
}
