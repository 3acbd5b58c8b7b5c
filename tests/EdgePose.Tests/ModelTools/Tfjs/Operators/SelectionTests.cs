using static EdgePose.Tests.ModelTools.TfjsFile;

namespace EdgePose.Tests.ModelTools.Tfjs.Operators;

/// <summary>Reductions, gathering and resampling.</summary>
public sealed class SelectionTests
{
    [Theory]
    [InlineData("Mean", new float[] { 2.5f, 3.5f, 4.5f })]
    [InlineData("Max", new float[] { 4, 5, 6 })]
    [InlineData("Min", new float[] { 1, 2, 3 })]
    [InlineData("Sum", new float[] { 5, 7, 9 })]
    [InlineData("Prod", new float[] { 4, 10, 18 })]
    public void Reduce_FirstAxis_WorksOnColumns(string op, float[] expected)
    {
        using var file = X(2, 3).Const("a", [1], 0).Node(op, "y", ["x", "a"], ("keep_dims", B(false)))
            .Node(op, "k", ["x", "a"], ("keep_dims", B(true))).Output("y").Output("k");
        using var run = Fed(file, 2, 3);
        run.Expect("y", [3], expected);
        run.Expect("k", [1, 3], expected);
    }

    [Fact]
    public void Reduce_NoAxes_PassesTheValueOn()
    {
        using var file = X(2).Const("a", [0], Array.Empty<int>()).Node("Sum", "y", ["x", "a"]).Output("y");
        using var run = Fed(file, 2);
        run.Expect("y", [2], 1, 2);
    }

    [Fact]
    public void ArgMax_Ties_TakesTheFirstAndGivesInt32()
    {
        using var file = X(1, 4).Const("a", [], 1).Node("ArgMax", "y", ["x", "a"], ("output_type", Type("DT_INT32")))
            .Output("y", "DT_INT32");
        using var run = file.Run().With("x", [1, 4], 1f, 5, 5, 2);
        run.ExpectInts("y", [1], 1);
    }

    [Fact]
    public void TopKV2_SortedWithTies_GivesValuesAndInt32Indices()
    {
        using var file = X(1, 5).Const("k", [], 3).Node("TopKV2", "t", ["x", "k"], ("sorted", B(true))).Output("t")
            .Output("t:1", "DT_INT32");
        using var run = file.Run().With("x", [1, 5], 1f, 7, 3, 7, 2);
        run.Expect("t", [1, 3], 7, 7, 3);
        run.ExpectInts("t:1", [1, 3], 1, 3, 2);
    }

    [Fact]
    public void TopKV2_KComputedInTheGraph_IsReshapedToOneElement()
    {
        using var file = X(1, 3).Const("z", [1], 1).Node("Shape", "s", ["z"]).Node("Squeeze", "k", ["s"]).Node("TopKV2", "t", ["x", "k"])
            .Output("t");
        using var run = Fed(file, 1, 3);
        run.Expect("t", [1, 1], 3);
    }

    [Fact]
    public void GatherV2_AxisOne_PicksColumns()
    {
        using var file = X(2, 3).Const("i", [2], 2, 0).Const("a", [], 1).Node("GatherV2", "y", ["x", "i", "a"]).Output("y");
        using var run = Fed(file, 2, 3);
        run.Expect("y", [2, 2], 3, 1, 6, 4);
    }

    [Fact]
    public void GatherV2_ScalarIndex_DropsTheAxis()
    {
        using var file = X(2, 3).Const("i", [], 1).Const("a", [], 0).Node("GatherV2", "y", ["x", "i", "a"]).Output("y");
        using var run = Fed(file, 2, 3);
        run.Expect("y", [3], 4, 5, 6);
    }

    [Fact]
    public void GatherNd_FullAndPartialIndices_PickElementsAndRows()
    {
        using var file = X(2, 3).Const("i", [2, 2], 0, 2, 1, 0).Const("j", [1, 1], 1).Node("GatherNd", "y", ["x", "i"])
            .Node("GatherNd", "z", ["x", "j"]).Output("y").Output("z");
        using var run = Fed(file, 2, 3);
        run.Expect("y", [2], 3, 4);
        run.Expect("z", [1, 3], 4, 5, 6);
    }

    [Theory]
    [InlineData("Select")]
    [InlineData("SelectV2")]
    public void Select_Condition_ChoosesElementwise(string op)
    {
        using var file = X(1, 3).Const("two", [], 2f).Const("zero", [1, 3], 0f, 0, 0).Node("Greater", "c", ["x", "two"])
            .Node(op, "y", ["c", "x", "zero"]).Output("y");
        using var run = Fed(file, 1, 3);
        run.Expect("y", [1, 3], 0, 0, 3);
    }

    [Fact]
    public void Range_ScalarBounds_ExcludeTheEnd()
    {
        using var file = new TfjsFile().Input("n", "DT_INT32").Const("a", [], 1).Const("d", [], 2).Node("Range", "y", ["a", "n", "d"])
            .Output("y", "DT_INT32");
        using var run = file.Run().With("n", [], 6);
        run.ExpectInts("y", [3], 1, 3, 5);
    }

    [Fact]
    public void SparseToDense_Constants_AreFolded()
    {
        using var file = X(2, 2).Const("i", [2, 2], 0, 1, 1, 0).Const("s", [2], 2, 2).Const("v", [2], 5f, 6).Const("d", [], -1f)
            .Node("SparseToDense", "m", ["i", "s", "v", "d"]).Node("Mul", "y", ["x", "m"]).Output("y");
        using var run = Fed(file, 2, 2);
        run.Expect("y", [2, 2], -1, 10, 18, -4);
    }

    [Theory]
    [InlineData(false, false, new float[] { 1, 1.5f, 2, 2 })]
    [InlineData(true, false, new float[] { 1, 1.33333f, 1.66667f, 2 })]
    [InlineData(false, true, new float[] { 1, 1.25f, 1.75f, 2 })]
    public void ResizeBilinear_FlagsDecideWhichPixelsMeet(bool corners, bool half, float[] expected)
    {
        using var file = X(1, 1, 2, 1).Const("s", [2], 1, 4)
            .Node("ResizeBilinear", "y", ["x", "s"], ("align_corners", B(corners)), ("half_pixel_centers", B(half)),
                ("T", Type("DT_FLOAT"))).Output("y");
        using var run = Fed(file, 1, 1, 2, 1);
        run.Expect("y", [1, 1, 4, 1], expected);
    }

    [Fact]
    public void ResizeBilinear_IntegerInput_GivesFloats()
    {
        using var file = new TfjsFile().Input("x", "DT_INT32", 1, 1, 2, 1).Const("s", [2], 1, 4)
            .Node("ResizeBilinear", "y", ["x", "s"], ("T", Type("DT_INT32"))).Output("y");
        using var run = file.Run().With("x", [1, 1, 2, 1], 1, 2);
        run.Expect("y", [1, 1, 4, 1], 1, 1.5f, 2, 2);
    }

    [Theory]
    [InlineData(false, false, new float[] { 1, 1, 2, 2, 3 })]
    [InlineData(false, true, new float[] { 1, 1, 2, 3, 3 })]
    [InlineData(true, false, new float[] { 1, 2, 2, 3, 3 })]
    public void ResizeNearestNeighbor_FlagsDecideTheRounding(bool corners, bool half, float[] expected)
    {
        using var file = X(1, 1, 3, 1).Const("s", [2], 1, 5)
            .Node("ResizeNearestNeighbor", "y", ["x", "s"], ("align_corners", B(corners)), ("half_pixel_centers", B(half))).Output("y");
        using var run = Fed(file, 1, 1, 3, 1);
        run.Expect("y", [1, 1, 5, 1], expected);
    }

    [Fact]
    public void DepthToSpace_BlockTwo_SpreadsChannelsRowByRow()
    {
        using var file = X(1, 1, 1, 8).Node("DepthToSpace", "y", ["x"], ("block_size", I(2))).Output("y");
        using var run = Fed(file, 1, 1, 1, 8);
        run.Expect("y", [1, 2, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8);
    }

    private static TfjsFile X(params int[] shape) => new TfjsFile().Input("x", "DT_FLOAT", shape);

    private static OnnxRun Fed(TfjsFile file, params int[] shape) =>
        file.Run().With("x", shape, [.. Enumerable.Range(1, shape.Aggregate(1, (a, b) => a * b)).Select(i => (float)i)]);
}
