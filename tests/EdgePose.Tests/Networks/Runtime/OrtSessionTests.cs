using EdgePose.Domain;
using EdgePose.ModelTools.Onnx;
using EdgePose.Networks.Families.Heatmap;
using EdgePose.Networks.Families.LitePose;
using EdgePose.Networks.Families.MoveNet;
using EdgePose.Networks.Families.Simcc;
using EdgePose.Networks.Runtime;
using EdgePose.Networks;

namespace EdgePose.Tests.Networks.Runtime;

/// <summary>Opening networks, and what is refused with which words.</summary>
public sealed class OrtSessionTests
{
    private static UserError Refuses(ModelDescriptor descriptor, byte[] model, int joints = 0)
    {
        var e = Assert.Throws<UserError>(() => TinyModel.Open(descriptor, model, joints).Dispose());
        Assert.Equal(ExitCode.Model, e.Code);
        Assert.NotEmpty(e.Hint);
        return e;
    }

    [Fact]
    public void Open_FittingModel_RunsOnCpuWithoutFallback()
    {
        using var session = TinyModel.Open(TinyModel.Describe(SimccFamily.Kind, 24, 32, "coco17"), TinyModel.Simcc(17, 32, 24), 17);
        Assert.Equal(("cpu", 0), (session.Provider, session.Fallbacks.Count));
        Assert.Matches(@"^1\.\d+\.\d+$", OrtRuntime.Version);
        Assert.EndsWith("libonnxruntime.so", OrtRuntime.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_SameShape_IsTheSameBindingAndOtherShapesAreNot()
    {
        using var session = TinyModel.Open(TinyModel.Describe(LitePoseFamily.Kind, 64, 64, "crowdpose14"), TinyModel.LitePose(14), 14);
        var first = session.Bind(1, 64, 64);
        Assert.Same(first, session.Bind(1, 64, 64));
        var wide = session.Bind(1, 64, 128);
        Assert.NotSame(first, wide);
        Assert.NotSame(first, session.Bind(2, 64, 64));
        Assert.Equal([1, 28, 16, 32], wide.Outputs[0].Shape);
        Assert.Equal([1, 14, 32, 64], wide.Outputs[1].Shape);
    }

    [Fact]
    public void Bind_ShapeThatTheFileDoesNotTake_NamesBoth()
    {
        using var session = TinyModel.Open(TinyModel.Describe(HeatmapFamily.Kind, 32, 64, "coco17"), TinyModel.Heatmap(17, 1, 64, 32), 17);
        var e = Assert.Throws<UserError>(() => session.Bind(1, 64, 48));
        Assert.Contains("input [1,3,64,48] asked for, the file takes [1,3,64,32]", e.Message, StringComparison.Ordinal);
        Assert.Throws<UserError>(() => session.Bind(2, 64, 32));
    }

    [Fact]
    public void Bind_DynamicFile_TakesAnySizeAndBatch()
    {
        using var session = TinyModel.Open(TinyModel.Describe(HeatmapFamily.Kind, 32, 64, "coco17"), TinyModel.Heatmap(17, -1, -1, -1), 17);
        Assert.Equal([3, 17, 8, 10], session.Bind(3, 32, 40).Outputs[0].Shape);
    }

    [Fact]
    public void Bind_SizeThatOnlyTheAxesClaim_IsTheModelsErrorWithBothSizes()
    {
        using var session = TinyModel.Open(TinyModel.Describe(LitePoseFamily.Kind, 64, 64, "crowdpose14"), TinyModel.LitePoseOfOneSize(14, 64), 14);
        var e = Assert.Throws<UserError>(() => session.Bind(1, 64, 128));
        Assert.Equal(ExitCode.Model, e.Code);
        Assert.StartsWith("model tiny: the network does not run on [1,3,64,128]: ", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        Assert.Contains("pose.short_side", e.Hint, StringComparison.Ordinal);
        // The size that it has goes on working.
        session.Bind(1, 64, 64).Run();
    }

    /// <summary>What exporters do behind a batch axis that is variable by name only.</summary>
    public static TheoryData<string, string> BakedBatches => new()
    {
        { "baked", "batches of 2 do not work" },
        { "merged", "the output maps is [1,17,48,16] for 2 pictures" },
        { "mixed", "the output maps mixes the pictures of a batch" },
        { "first", "the output maps is [1,17,24,16] for 2 pictures" },
    };

    [Theory]
    [MemberData(nameof(BakedBatches))]
    public void Open_BatchAxisThatOnlyClaimsToBeVariable_RunsOneByOneOnTheSameProviderAndSaysSo(string how, string expected)
    {
        var model = TinyModel.HeatmapOfAnyBatch(17, 96, 64, (g, maps) => how switch
        {
            "baked" => g.Node("Reshape", "r", [maps, g.Int64s("s", 1, 17, 24, 16)]),
            "merged" => g.Node("Reshape", "r", [maps, g.Int64s("s", 1, 17, -1, 16)]),
            "mixed" => g.Node("Transpose", "t", [g.Node("Reshape", "r", [maps, g.Int64s("s", 17, -1, 24, 16)])], NodeAttribute.Ints("perm", 1, 0, 2, 3)),
            _ => g.Node("Slice", "f", [maps, g.Int64s("from", 0), g.Int64s("to", 1), g.Int64s("axis", 0)]),
        });
        using var session = TinyModel.Open(TinyModel.Describe(HeatmapFamily.Kind, 64, 96, "coco17"), model, 17, TinyModel.Cpu with { Batch = 8, Providers = ["cpu", "cuda"] });
        Assert.Equal(("cpu", 1, 0), (session.Provider, session.MaxBatch, session.Fallbacks.Count));
        Assert.Contains(expected, session.BatchNote, StringComparison.Ordinal);
        Assert.EndsWith("one person at a time", session.BatchNote, StringComparison.Ordinal);
        // And it goes on working so.
        session.Bind(1, 96, 64).Run();
    }

    [Fact]
    public void Open_BatchThatEndsAtFour_KeepsFour()
    {
        // A table of four rows, one for each picture at most.
        var model = TinyModel.HeatmapOfAnyBatch(17, 96, 64, (g, maps) =>
        {
            var rows = g.Node("Gather", "rows", [g.Constant("four", TensorData.Floats([4, 1, 1, 1], [0, 0, 0, 0])), g.Node("Range", "i", [
                g.Node("Squeeze", "z", [g.Int64s("zero", 0)]), g.Node("Squeeze", "n", [g.Node("Slice", "b", [g.Node("Shape", "sh", [maps]), g.Int64s("from", 0), g.Int64s("to", 1)])]),
                g.Node("Squeeze", "o", [g.Int64s("step", 1)])])], NodeAttribute.Int("axis", 0));
            return g.Node("Add", "sum", [maps, rows]);
        });
        using var session = TinyModel.Open(TinyModel.Describe(HeatmapFamily.Kind, 64, 96, "coco17"), model, 17, TinyModel.Cpu with { Batch = 8 });
        Assert.Equal(4, session.MaxBatch);
        Assert.Contains("batches of 8 do not work", session.BatchNote, StringComparison.Ordinal);
        Assert.EndsWith("at most 4 people in one run", session.BatchNote, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_RealBatchAxis_TakesEightWithoutANote()
    {
        using var session = TinyModel.Open(TinyModel.Describe(HeatmapFamily.Kind, 64, 96, "coco17"), TinyModel.Heatmap(17, -1, 96, 64), 17, TinyModel.Cpu with { Batch = 8 });
        Assert.Equal((8, ""), (session.MaxBatch, session.BatchNote));
    }

    [Fact]
    public void Open_SizeOfTheDescriptorContradictsTheFile_NamesBoth() => Assert.Contains(
        "input [1,3,32,32] asked for, the file takes [1,3,64,32]",
        Refuses(TinyModel.Describe(HeatmapFamily.Kind, 32, 32, "coco17"), TinyModel.Heatmap(17, 1, 64, 32), 17).Message, StringComparison.Ordinal);

    [Fact]
    public void Open_LayoutContradictsTheFile_NamesBoth() => Assert.Contains(
        "input [1,64,32,3] asked for, the file takes [1,3,64,32]",
        Refuses(TinyModel.Describe(HeatmapFamily.Kind, 32, 64, "coco17", layout: TensorLayout.Nhwc), TinyModel.Heatmap(17, 1, 64, 32), 17).Message, StringComparison.Ordinal);

    [Fact]
    public void Open_KindContradictsTheFile_NamesBoth()
    {
        var e = Refuses(TinyModel.Describe(HeatmapFamily.Kind, 24, 32, "coco17"), TinyModel.Simcc(17, 32, 24), 17);
        Assert.Contains("says kind Heatmap, but the file has the inputs and outputs of Simcc", e.Message, StringComparison.Ordinal);
        Assert.Contains("simcc_x Single[1,17,48]", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_SkeletonContradictsTheFile_NamesBoth() => Assert.Contains(
        "names skeleton crowdpose14 with 14 joints, but the file gives 17",
        Refuses(TinyModel.Describe(SimccFamily.Kind, 24, 32, "crowdpose14"), TinyModel.Simcc(17, 32, 24), 14).Message, StringComparison.Ordinal);

    [Fact]
    public void Open_OutputThatTheFileLacks_NamesWhatItHas() => Assert.Contains(
        "no output heat; the file has simcc_x, simcc_y",
        Refuses(TinyModel.Describe(SimccFamily.Kind, 24, 32, "coco17", ["simcc_x", "heat"]), TinyModel.Simcc(17, 32, 24), 17).Message, StringComparison.Ordinal);

    [Fact]
    public void Open_ElementTypeOfTheInput_NamesBoth()
    {
        Assert.Contains("the input takes Int32, the descriptor says Single", Refuses(
            TinyModel.Describe(MoveNetFamily.Kind, 16, 16, "coco17", layout: TensorLayout.Nhwc), TinyModel.MoveNet(16), 17).Message, StringComparison.Ordinal);
        Assert.Contains("the input takes Byte, the descriptor says Int32", Refuses(
            TinyModel.Describe(MoveNetFamily.Kind, 16, 16, "coco17", layout: TensorLayout.Nhwc, int32: true), TinyModel.MoveNet(16, ElementType.UInt8), 17).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TwoInputs_NamesThem()
    {
        var model = TinyModel.Bytes(g => g.Output("y", g.Node("Add", "sum",
            [g.Input("image", ElementType.Float, [1, 3, 8, 8]), g.Input("scale", ElementType.Float, [1])]), ElementType.Float, [1, 3, 8, 8]));
        Assert.Contains("2 inputs (image, scale), one is expected", Refuses(TinyModel.Describe(HeatmapFamily.Kind, 8, 8, "coco17"), model, 17).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData((int)ElementType.Double, "Double")]
    [InlineData((int)ElementType.UInt8, "UInt8")]
    [InlineData((int)ElementType.Bool, "Bool")]
    public void Open_OutputOfAnUnsupportedElementType_NamesIt(int type, string name)
    {
        var model = TinyModel.Single((ElementType)type, [1, 3, 8, 8], (g, x) => g.Node("Cast", "c", [x], NodeAttribute.Int("to", type)));
        Assert.Contains($"output y has element type {name}", Refuses(TinyModel.Describe(HeatmapFamily.Kind, 8, 8, "coco17", ["y"]), model, 17).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_IntegerOutputWhereFloatsAreNeeded_IsRefused()
    {
        var model = TinyModel.Single(ElementType.Int64, [1, 3, 8, 8], (g, x) => g.Node("Cast", "c", [x], NodeAttribute.Int("to", (long)ElementType.Int64)));
        Assert.Contains("a float tensor is expected", Refuses(TinyModel.Describe(HeatmapFamily.Kind, 8, 8, "coco17", ["y"]), model, 17).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("heatmap")]
    [InlineData("simcc")]
    [InlineData("litepose")]
    [InlineData("hourglass-princeton")]
    [InlineData("movenet-single")]
    internal void Open_NamedOutputWithTooFewDimensions_IsRefusedNotACrash(string kind)
    {
        var model = TinyModel.Single(ElementType.Float, [1], (g, x) => g.Node("ReduceMean", "m", [x], NodeAttribute.Ints("axes", 1, 2, 3), NodeAttribute.Int("keepdims", 0)));
        Assert.Contains("the file's outputs have no joints", Refuses(TinyModel.Describe(ModelFamilies.Find(kind)!.Kind, 8, 8, "coco17", ["y"]), model, 17).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_HugeOutput_IsAModelErrorNotACrash()
    {
        // 10^15 elements: more than any machine has.
        var model = TinyModel.Single(ElementType.Float, null, (g, _) =>
            g.Node("ConstantOfShape", "huge", [g.Int64s("dims", 1, 100_000, 100_000, 100_000)]));
        Assert.Contains("does not start", Refuses(TinyModel.Describe(HeatmapFamily.Kind, 8, 8, "coco17", ["y"]), model, 17).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_DamagedFiles_AreModelErrors()
    {
        var descriptor = TinyModel.Describe(SimccFamily.Kind, 24, 32, "coco17");
        var whole = TinyModel.Simcc(17, 32, 24);
        Refuses(descriptor, whole[..(whole.Length / 2)], 17);
        Refuses(descriptor, [1, 2, 3], 17);
        Refuses(descriptor, [], 17);
        var random = new Random(3);
        for (var i = 0; i < 60; i++)
        {
            var damaged = whole.ToArray();
            damaged[random.Next(Math.Min(600, damaged.Length))] ^= (byte)(1 << random.Next(8));
            // Some bits carry no meaning: then it opens. Anything but success and a model error fails the test.
            try { TinyModel.Open(descriptor, damaged, 17).Dispose(); }
            catch (UserError e) { Assert.Equal(ExitCode.Model, e.Code); }
        }
    }

    [Fact]
    public void OpenedTwice_SecondRuntimeLibrary_IsRefused()
    {
        OrtRuntime.Initialize("");
        var e = Assert.Throws<UserError>(() => OrtRuntime.Initialize("/opt/other/libonnxruntime.so"));
        Assert.Contains("already loaded", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OrtRuntime_MissingOrForeignLibraries_AreNamed()
    {
        var folder = Directory.CreateTempSubdirectory("ort-").FullName;
        var text = Path.Combine(folder, "libonnxruntime.so");
        File.WriteAllText(text, "not a library");
        Assert.Contains($"not found at {folder}/none.so", Assert.Throws<UserError>(() => OrtRuntime.Open($"{folder}/none.so")).Message, StringComparison.Ordinal);
        Assert.Contains($"{text} cannot be loaded", Assert.Throws<UserError>(() => OrtRuntime.Open(text)).Message, StringComparison.Ordinal);
        // A library that every .NET process has.
        var foreign = Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "libSystem.Native.so");
        var e = Assert.Throws<UserError>(() => OrtRuntime.Open(foreign));
        Assert.Contains("is not an ONNX Runtime library", e.Message, StringComparison.Ordinal);
        Assert.Equal((ExitCode.Model, true), (e.Code, e.Hint.Length > 0));
        Directory.Delete(folder, recursive: true);
    }
}
