using static EdgePose.Tests.ModelTools.TfjsFile;

namespace EdgePose.Tests.ModelTools.Tfjs.Operators;

/// <summary>Expected values are worked out by hand on inputs that count 1, 2, 3, … and filters of ones.</summary>
public sealed class ConvolutionTests
{
    [Fact]
    public void Conv2D_SameStride2OnEvenSize_PadsAtTheEndOnly()
    {
        using var file = Conv("Conv2D", "SAME", stride: 2);
        using var run = Counting4(file);
        // 3×3 windows at rows and columns 0 and 2; beyond the 4×4 input there are zeros.
        run.Expect("y", [1, 2, 2, 1], 54, 45, 72, 54);
    }

    [Fact]
    public void Conv2D_ValidStride1_KeepsWholeWindowsOnly()
    {
        using var file = Conv("Conv2D", "VALID", stride: 1);
        using var run = Counting4(file);
        run.Expect("y", [1, 2, 2, 1], 54, 63, 90, 99);
    }

    [Fact]
    public void Conv2D_ExplicitPadding_MapsTopBottomLeftRight()
    {
        using var file = new TfjsFile().Input("x", "DT_FLOAT", 1, 2, 2, 1).Const("w", [1, 1, 1, 1], 1f)
            .Node("Conv2D", "y", ["x", "w"], ("strides", Ints(1, 1, 1, 1)), ("padding", S("EXPLICIT")),
                ("explicit_paddings", Ints(0, 0, 1, 0, 0, 2, 0, 0)))
            .Output("y");
        using var run = file.Run().With("x", [1, 2, 2, 1], 1f, 2, 3, 4);
        run.Expect("y", [1, 3, 4, 1], 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0);
    }

    [Fact]
    public void Conv2D_TwoInputAndOutputChannels_TransposesTheFilter()
    {
        // w[i,o]: y0 = 1·x0 + 3·x1, y1 = 2·x0 + 4·x1
        using var file = new TfjsFile().Input("x", "DT_FLOAT", 1, 1, 1, 2).Const("w", [1, 1, 2, 2], 1f, 2, 3, 4)
            .Node("Conv2D", "y", ["x", "w"], ("strides", Ints(1, 1, 1, 1)), ("padding", S("VALID"))).Output("y");
        using var run = file.Run().With("x", [1, 1, 1, 2], 10f, 100);
        run.Expect("y", [1, 1, 1, 2], 310, 420);
    }

    [Fact]
    public void Conv2D_NonSquareKernelAndDilation_KeepHeightAndWidthApart()
    {
        using var file = new TfjsFile().Input("x", "DT_FLOAT", 1, 3, 3, 1).Const("w", [2, 1, 1, 1], 1f, 10)
            .Node("Conv2D", "y", ["x", "w"], ("strides", Ints(1, 1, 2, 1)), ("dilations", Ints(1, 2, 1, 1)), ("padding", S("VALID")))
                .Output("y");
        using var run = file.Run().With("x", [1, 3, 3, 1], 1f, 2, 3, 4, 5, 6, 7, 8, 9);
        // rows 0 and 2, columns 0 and 2: x + 10·(x two rows below)
        run.Expect("y", [1, 1, 2, 1], 71, 93);
    }

    [Theory]
    [InlineData("Relu", new float[] { 0, 0, 3, 9 })]
    [InlineData("Relu6", new float[] { 0, 0, 3, 6 })]
    [InlineData("LeakyRelu", new float[] { -1.5f, -0.5f, 3, 9 })]
    [InlineData("Prelu", new float[] { -6, -2, 3, 9 })]
    [InlineData("Elu", new float[] { -0.9502129f, -0.6321206f, 3, 9 })]
    public void FusedConv2D_BiasThenActivation_AppliesBoth(string activation, float[] expected)
    {
        using var file = new TfjsFile().Input("x", "DT_FLOAT", 1, 2, 2, 1).Const("w", [1, 1, 1, 1], 1f).Const("b", [1], -1f)
            .Const("a", [1, 1, 1], 2f)
            .Node("_FusedConv2D", "y", activation == "Prelu" ? ["x", "w", "b", "a"] : ["x", "w", "b"],
                ("strides", Ints(1, 1, 1, 1)), ("padding", S("SAME")), ("fused_ops", Texts("BiasAdd", activation)),
                    ("leakyrelu_alpha", F(0.5)))
            .Output("y");
        using var run = file.Run().With("x", [1, 2, 2, 1], -2f, 0, 4, 10);
        run.Expect("y", [1, 2, 2, 1], expected);
    }

    [Fact]
    public void FusedConv2D_PreluSlopePerPixel_IsTransposedWithTheChannels()
    {
        using var file = new TfjsFile().Input("x", "DT_FLOAT", 1, 1, 2, 2).Const("w", [1, 1, 2, 2], 1f, 0, 0, 1).Const("b", [2], 0f, 0)
            .Const("a", [1, 2, 2], 1f, 2, 3, 4)
            .Node("_FusedConv2D", "y", ["x", "w", "b", "a"], ("strides", Ints(1, 1, 1, 1)), ("padding", S("SAME")),
                ("fused_ops", Texts("BiasAdd", "Prelu")))
            .Output("y");
        using var run = file.Run().With("x", [1, 1, 2, 2], -1f, -1, -1, -1);
        run.Expect("y", [1, 1, 2, 2], -1, -2, -3, -4);
    }

    [Fact]
    public void DepthwiseConv2d_MultiplierTwo_OrdersOutputsByChannelThenMultiplier()
    {
        // filter [1,1,2,2]: channel 0 × (1, 2), channel 1 × (3, 4)
        using var file = new TfjsFile().Input("x", "DT_FLOAT", 1, 1, 1, 2).Counting("w", 1, 1, 2, 2)
            .Node("DepthwiseConv2dNative", "y", ["x", "w"], ("strides", Ints(1, 1, 1, 1)), ("padding", S("SAME"))).Output("y");
        using var run = file.Run().With("x", [1, 1, 1, 2], 10f, 100);
        run.Expect("y", [1, 1, 1, 4], 10, 20, 300, 400);
    }

    [Fact]
    public void FusedDepthwiseConv2d_SameStride2_MatchesTheDenseCase()
    {
        using var file = Conv("FusedDepthwiseConv2dNative", "SAME", stride: 2);
        using var run = Counting4(file);
        run.Expect("y", [1, 2, 2, 1], 54, 45, 72, 54);
    }

    [Fact]
    public void Conv2DBackpropInput_SameStride2Kernel3_PutsTheOddPixelAtTheEnd()
    {
        // Each input value is spread over rows and columns 2i … 2i+2; row and column 4 are cut.
        using var file = Backprop("SAME", [1, 4, 4, 1], [3, 3, 1, 1]);
        using var run = file.Run().With("x", [1, 2, 2, 1], 1f, 2, 3, 4);
        run.Expect("y", [1, 4, 4, 1], 1, 1, 3, 2, 1, 1, 3, 2, 4, 4, 10, 6, 3, 3, 7, 4);
    }

    [Fact]
    public void Conv2DBackpropInput_SameOddOutput_TakesTheSizeFromItsInput()
    {
        // 3 = SAME of 2 at stride 2: one row and column is cut on both sides.
        using var file = Backprop("SAME", [1, 3, 3, 1], [3, 3, 1, 1]);
        using var run = file.Run().With("x", [1, 2, 2, 1], 1f, 2, 3, 4);
        run.Expect("y", [1, 3, 3, 1], 1, 3, 2, 4, 10, 6, 3, 7, 4);
    }

    [Fact]
    public void Conv2DBackpropInput_ValidWithSlack_FillsTheRestWithZeros()
    {
        using var file = Backprop("VALID", [1, 5, 5, 1], [2, 2, 1, 1]);
        using var run = file.Run().With("x", [1, 2, 2, 1], 1f, 2, 3, 4);
        run.Expect("y", [1, 5, 5, 1], 1, 1, 2, 2, 0, 1, 1, 2, 2, 0, 3, 3, 4, 4, 0, 3, 3, 4, 4, 0, 0, 0, 0, 0, 0);
    }

    [Fact]
    public void Conv2DBackpropInput_TwoChannels_TransposesTheFilterFromHwoi()
    {
        // w[o,i]: y0 = 1·x0 + 2·x1, y1 = 3·x0 + 4·x1
        using var file = Backprop("VALID", [1, 1, 1, 2], [1, 1, 2, 2], stride: 1, channels: 2, height: 1);
        using var run = file.Run().With("x", [1, 1, 1, 2], 10f, 100);
        run.Expect("y", [1, 1, 1, 2], 210, 430);
    }

    [Theory]
    [InlineData("MaxPool", new float[] { 11, 12, 15, 16 })]
    [InlineData("AvgPool", new float[] { 6, 7.5f, 12, 13.5f })]
    public void Pool_SameStride2_IgnoresThePadding(string op, float[] expected)
    {
        using var file = new TfjsFile().Input("x", "DT_FLOAT", 1, 4, 4, 1)
            .Node(op, "y", ["x"], ("ksize", Ints(1, 3, 3, 1)), ("strides", Ints(1, 2, 2, 1)), ("padding", S("SAME"))).Output("y");
        using var run = Counting4(file);
        run.Expect("y", [1, 2, 2, 1], expected);
    }

    private static TfjsFile Conv(string op, string padding, int stride) => new TfjsFile().Input("x", "DT_FLOAT", 1, 4, 4, 1)
        .Const("w", [3, 3, 1, 1], [.. Enumerable.Repeat(1f, 9)])
        .Node(op, "y", ["x", "w"], ("strides", Ints(1, stride, stride, 1)), ("dilations", Ints(1, 1, 1, 1)), ("padding", S(padding)))
            .Output("y");

    private static TfjsFile Backprop(string padding, int[] size, int[] filter, int stride = 2, int channels = 1, int height = 2)
    {
        var file = new TfjsFile().Input("x", "DT_FLOAT", 1, height, height, channels).Const("size", [4], size);
        file = channels == 1 ? file.Const("w", filter, [.. Enumerable.Repeat(1f, filter[0] * filter[1])]) : file.Counting("w", filter);
        return file.Node("Conv2DBackpropInput", "y", ["size", "w", "x"], ("strides", Ints(1, stride, stride, 1)), ("padding", S(padding)))
            .Output("y");
    }

    private static OnnxRun Counting4(TfjsFile file) =>
        file.Run().With("x", [1, 4, 4, 1], [.. Enumerable.Range(1, 16).Select(i => (float)i)]);
}
