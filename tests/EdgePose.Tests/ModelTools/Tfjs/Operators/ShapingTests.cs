using static EdgePose.Tests.ModelTools.TfjsFile;

namespace EdgePose.Tests.ModelTools.Tfjs.Operators;

public sealed class ShapingTests
{
    [Fact]
    public void Reshape_ConstantShapeWithMinusOne_InfersTheRest()
    {
        using var file = X(2, 3).Const("s", [2], 3, -1).Node("Reshape", "y", ["x", "s"]).Output("y");
        using var run = Fed(file, 2, 3);
        run.Expect("y", [3, 2], 1, 2, 3, 4, 5, 6);
    }

    [Fact]
    public void Reshape_ShapeComputedInTheGraph_IsCastToInt64()
    {
        using var file = X(2, 3).Const("b", [1], 0).Const("e", [1], 1).Const("st", [1], 1).Const("six", [], 3)
            .Node("Shape", "shape", ["x"]).Node("StridedSlice", "rows", ["shape", "b", "e", "st"], ("shrink_axis_mask", I(1)))
            .Node("Pack", "s", ["six", "rows"], ("axis", I(0)), ("N", I(2)))
            .Node("Reshape", "y", ["x", "s"]).Output("y");
        using var run = Fed(file, 2, 3);
        run.Expect("y", [3, 2], 1, 2, 3, 4, 5, 6);
    }

    [Fact]
    public void ExpandDimsAndSqueeze_NegativeAxes_UndoEachOther()
    {
        using var file = X(2, 3).Const("a", [], -1).Node("ExpandDims", "e", ["x", "a"])
            .Node("Squeeze", "y", ["e"], ("squeeze_dims", Ints(-1))).Output("e").Output("y");
        using var run = Fed(file, 2, 3);
        run.Expect("e", [2, 3, 1], 1, 2, 3, 4, 5, 6);
        run.Expect("y", [2, 3], 1, 2, 3, 4, 5, 6);
    }

    [Fact]
    public void Squeeze_WithoutAxes_DropsEveryAxisOfSizeOne()
    {
        using var file = X(1, 3, 1).Node("Squeeze", "y", ["x"]).Output("y");
        using var run = Fed(file, 1, 3, 1);
        run.Expect("y", [3], 1, 2, 3);
    }

    [Fact]
    public void UnpackThenPack_OtherOrderAndAxis_Rearranges()
    {
        using var file = X(2, 3).Node("Unpack", "u", ["x"], ("num", I(3)), ("axis", I(1)))
            .Node("Pack", "y", ["u:2", "u:1", "u"], ("axis", I(0)), ("N", I(3))).Output("y");
        using var run = Fed(file, 2, 3);
        run.Expect("y", [3, 2], 3, 6, 2, 5, 1, 4);
    }

    [Fact]
    public void Unpack_OneElement_OnlyDropsTheAxis()
    {
        using var file = X(1, 3).Node("Unpack", "u", ["x"], ("num", I(1))).Node("Neg", "y", ["u:0"]).Output("y");
        using var run = Fed(file, 1, 3);
        run.Expect("y", [3], -1, -2, -3);
    }

    [Fact]
    public void Split_AxisIsTheFirstInput()
    {
        using var file = X(2, 4).Const("axis", [], 1).Node("Split", "s", ["axis", "x"], ("num_split", I(2)))
            .Node("Sub", "y", ["s:1", "s"]).Output("y").Output("s:1");
        using var run = Fed(file, 2, 4);
        run.Expect("y", [2, 2], 2, 2, 2, 2);
        run.Expect("s:1", [2, 2], 3, 4, 7, 8);
    }

    [Theory]
    [InlineData(new[] { 1, 2, 3 })]
    [InlineData(new[] { 1, -1, 3 })]
    [InlineData(new[] { -1, 2, 3 })]
    [InlineData(new[] { 1, 2, -1 })]
    public void SplitV_WithOrWithoutAnOpenSize_GivesTheSameParts(int[] sizes)
    {
        using var file = X(1, 6).Const("sizes", [3], sizes).Const("axis", [], 1).Node("SplitV", "s", ["x", "sizes", "axis"]).Output("s")
            .Output("s:1").Output("s:2");
        using var run = Fed(file, 1, 6);
        run.Expect("s", [1, 1], 1);
        run.Expect("s:1", [1, 2], 2, 3);
        run.Expect("s:2", [1, 3], 4, 5, 6);
    }

    [Fact]
    public void ConcatV2_AxisIsTheLastInput()
    {
        using var file = X(2, 1).Counting("c", 2, 2).Const("axis", [], 1).Node("ConcatV2", "y", ["x", "c", "axis"]).Output("y");
        using var run = Fed(file, 2, 1);
        run.Expect("y", [2, 3], 1, 1, 2, 2, 3, 4);
    }

    [Fact]
    public void Transpose_Permutation_IsKept()
    {
        using var file = X(1, 2, 3).Const("p", [3], 2, 0, 1).Node("Transpose", "y", ["x", "p"]).Output("y");
        using var run = Fed(file, 1, 2, 3);
        run.Expect("y", [3, 1, 2], 1, 4, 2, 5, 3, 6);
    }

    [Theory]
    [InlineData("Pad", 0)]
    [InlineData("PadV2", 9)]
    public void Pad_BeforeAndAfterPerAxis_SurroundsTheValues(string op, float fill)
    {
        using var file = X(1, 2).Const("p", [2, 2], 0, 1, 2, 0).Const("v", [], 9f).Node(op, "y", op == "Pad" ? ["x", "p"] : ["x", "p", "v"])
            .Output("y");
        using var run = Fed(file, 1, 2);
        run.Expect("y", [2, 4], fill, fill, 1, 2, fill, fill, fill, fill);
    }

    [Fact]
    public void TileFillAndSize_FollowTheirShapes()
    {
        using var file = X(1, 2).Const("r", [2], 2, 1).Const("d", [2], 1, 3).Const("v", [], 7f)
            .Node("Tile", "t", ["x", "r"]).Node("Fill", "f", ["d", "v"]).Node("Size", "n", ["x"]).Node("Shape", "s", ["t"])
            .Output("t").Output("f").Output("n", "DT_INT32").Output("s", "DT_INT32");
        using var run = Fed(file, 1, 2);
        run.Expect("t", [2, 2], 1, 2, 1, 2);
        run.Expect("f", [1, 3], 7, 7, 7);
        run.ExpectInts("n", [], 2);
        run.ExpectInts("s", [2], 2, 2);
    }

    [Fact]
    public void StridedSlice_MasksShrinkAndNewAxis_GiveTheTensorFlowShape()
    {
        // x[0, tf.newaxis, :, 2:0:-1] of [1,2,3]
        using var file = X(1, 2, 3).Const("b", [4], 0, 0, 9, 2).Const("e", [4], 0, 0, 9, 0).Const("s", [4], 1, 1, 1, -1)
            .Node("StridedSlice", "y", ["x", "b", "e", "s"], ("shrink_axis_mask", I(1)), ("new_axis_mask", I(2)), ("begin_mask", I(4)),
                ("end_mask", I(4)))
            .Output("y");
        using var run = Fed(file, 1, 2, 3);
        run.Expect("y", [1, 2, 2], 3, 2, 6, 5);
    }

    [Fact]
    public void StridedSlice_ShrinkOfTheLastElement_TakesIt()
    {
        using var file = X(1, 3).Const("b", [2], 0, -1).Const("e", [2], 1, 0).Const("s", [2], 1, 1)
            .Node("StridedSlice", "y", ["x", "b", "e", "s"], ("shrink_axis_mask", I(2))).Output("y");
        using var run = Fed(file, 1, 3);
        run.Expect("y", [1], 3);
    }

    [Fact]
    public void StridedSlice_NegativeStrideWithOpenBounds_Reverses()
    {
        using var file = X(1, 3).Const("b", [2], 0, 0).Const("e", [2], 0, 0).Const("s", [2], 1, -1)
            .Node("StridedSlice", "y", ["x", "b", "e", "s"], ("begin_mask", I(3)), ("end_mask", I(3))).Output("y");
        using var run = Fed(file, 1, 3);
        run.Expect("y", [1, 3], 3, 2, 1);
    }

    [Fact]
    public void Slice_SizeMinusOne_ReachesToTheEnd()
    {
        using var file = X(2, 3).Const("b", [2], 0, 1).Const("s", [2], 1, -1).Node("Slice", "y", ["x", "b", "s"]).Output("y");
        using var run = Fed(file, 2, 3);
        run.Expect("y", [1, 2], 2, 3);
    }

    private static TfjsFile X(params int[] shape) => new TfjsFile().Input("x", "DT_FLOAT", shape);

    private static OnnxRun Fed(TfjsFile file, params int[] shape) =>
        file.Run().With("x", shape, [.. Enumerable.Range(1, shape.Aggregate(1, (a, b) => a * b)).Select(i => (float)i)]);
}
