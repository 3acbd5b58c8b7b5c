using static EdgePose.Tests.ModelTools.TfjsFile;

namespace EdgePose.Tests.ModelTools.Tfjs.Operators;

public sealed class ElementwiseTests
{
    [Theory]
    [InlineData("Add", 7, 2, 9)]
    [InlineData("AddV2", 7, 2, 9)]
    [InlineData("BiasAdd", 7, 2, 9)]
    [InlineData("Sub", 7, 2, 5)]
    [InlineData("Mul", 7, 2, 14)]
    [InlineData("RealDiv", 7, 2, 3.5)]
    [InlineData("Maximum", 7, 2, 7)]
    [InlineData("Minimum", 7, 2, 2)]
    [InlineData("Pow", 7, 2, 49)]
    [InlineData("SquaredDifference", 7, 2, 25)]
    [InlineData("FloorDiv", -7, 2, -4)]
    [InlineData("FloorMod", -7, 2, 1)]
    [InlineData("Prelu", -7, 2, -14)]
    public void Binary_Floats_GiveTheTensorFlowValue(string op, float a, float b, float expected)
    {
        using var file = new TfjsFile().Input("x", "DT_FLOAT", 1, 2).Const("b", [2], b, b)
            .Node(op, "y", ["x", "b"], ("T", Type("DT_FLOAT"))).Output("y");
        using var run = file.Run().With("x", [1, 2], a, a);
        run.Expect("y", [1, 2], expected, expected);
    }

    [Theory]
    [InlineData("FloorDiv", 7, 2, 3)]
    [InlineData("FloorDiv", -7, 2, -4)]
    [InlineData("FloorDiv", 7, -2, -4)]
    [InlineData("FloorMod", 7, 3, 1)]
    [InlineData("FloorMod", -7, 3, 2)]
    [InlineData("AddN", 7, 3, 10)]
    public void Binary_Integers_RoundTowardsMinusInfinity(string op, int a, int b, int expected)
    {
        using var file = new TfjsFile().Input("x", "DT_INT32", 1, 1).Const("b", [], b).Node(op, "y", ["x", "b"], ("T", Type("DT_INT32")))
            .Output("y", "DT_INT32");
        using var run = file.Run().With("x", [1, 1], a);
        run.ExpectInts("y", [1, 1], expected);
    }

    [Theory]
    [InlineData("Less", 1, 0, 0)]
    [InlineData("LessEqual", 1, 1, 0)]
    [InlineData("Greater", 0, 0, 1)]
    [InlineData("GreaterEqual", 0, 1, 1)]
    [InlineData("Equal", 0, 1, 0)]
    public void Comparison_CastToFloat_GivesZeroAndOne(string op, float less, float equal, float greater)
    {
        using var file = new TfjsFile().Input("x", "DT_FLOAT", 1, 3).Const("b", [], 5f)
            .Node(op, "c", ["x", "b"]).Node("Cast", "y", ["c"], ("DstT", Type("DT_FLOAT"))).Output("y");
        using var run = file.Run().With("x", [1, 3], 4f, 5, 6);
        run.Expect("y", [1, 3], less, equal, greater);
    }

    [Fact]
    public void Logic_AndOrNot_CombineConditions()
    {
        using var file = new TfjsFile().Input("x", "DT_FLOAT", 1, 3).Const("one", [], 1f).Const("three", [], 3f)
            .Node("Greater", "a", ["x", "one"]).Node("Less", "b", ["x", "three"]).Node("LogicalAnd", "and", ["a", "b"])
            .Node("LogicalNot", "not", ["and"]).Node("LogicalOr", "or", ["not", "and"])
            .Node("Cast", "y", ["and"], ("DstT", I3())).Node("Cast", "z", ["or"], ("DstT", I3())).Output("y", "DT_INT32")
                .Output("z", "DT_INT32");
        using var run = file.Run().With("x", [1, 3], 0f, 2, 4);
        run.ExpectInts("y", [1, 3], 0, 1, 0);
        run.ExpectInts("z", [1, 3], 1, 1, 1);

        // A type may stand as its number.
        static System.Text.Json.Nodes.JsonObject I3() => new() { ["type"] = 3 };
    }

    [Theory]
    [InlineData("Relu", -4, 0)]
    [InlineData("Relu6", 9, 6)]
    [InlineData("Relu6", -9, 0)]
    [InlineData("LeakyRelu", -4, -0.8)]
    [InlineData("Sigmoid", 0, 0.5)]
    [InlineData("Tanh", 0.5, 0.4621172)]
    [InlineData("Sqrt", 16, 4)]
    [InlineData("Rsqrt", 16, 0.25)]
    [InlineData("Square", -3, 9)]
    [InlineData("Abs", -3, 3)]
    [InlineData("Exp", 1, 2.7182818)]
    [InlineData("Log", 2.7182818, 1)]
    [InlineData("Reciprocal", 4, 0.25)]
    [InlineData("Neg", 4, -4)]
    [InlineData("Floor", -1.5, -2)]
    [InlineData("Ceil", -1.5, -1)]
    [InlineData("Identity", 3, 3)]
    public void Unary_Floats_GiveTheTensorFlowValue(string op, float x, float expected)
    {
        using var file = new TfjsFile().Input("x", "DT_FLOAT", 1, 1).Node(op, "y", ["x"]).Output("y");
        using var run = file.Run().With("x", [1, 1], x);
        run.Expect("y", [1, 1], expected);
    }

    [Fact]
    public void AddN_ThreeFloats_AddsAll()
    {
        using var file = new TfjsFile().Input("x", "DT_FLOAT", 1, 2).Const("b", [2], 1f, 2)
            .Node("AddN", "y", ["x", "b", "x"], ("T", Type("DT_FLOAT"))).Output("y");
        using var run = file.Run().With("x", [1, 2], 10f, 20);
        run.Expect("y", [1, 2], 21, 42);
    }

    [Theory]
    [InlineData(2.9f, 2)]
    [InlineData(-2.9f, -2)]
    public void Cast_FloatToInteger_Truncates(float x, int expected)
    {
        using var file = new TfjsFile().Input("x", "DT_FLOAT", 1).Node("Cast", "y", ["x"], ("DstT", Type("DT_INT64")))
            .Output("y", "DT_INT64");
        using var run = file.Run().With("x", [1], x);
        run.ExpectInts("y", [1], expected);
    }

    [Fact]
    public void Uint8Placeholder_StaysUint8OutsideAndIsInt32Inside()
    {
        using var file = new TfjsFile().Input("x", "DT_UINT8", 1, 2).Const("b", [], 100).Node("Add", "y", ["x", "b"])
            .Output("y", "DT_INT32");
        using var run = file.Run().With<byte>("x", [1, 2], 200, 255);
        run.ExpectInts("y", [1, 2], 300, 355);
    }

    [Fact]
    public void Scalar_StaysRankZero()
    {
        using var file = new TfjsFile().Input("x", "DT_FLOAT").Const("b", [], 2f).Node("Mul", "y", ["x", "b"]).Output("y");
        using var run = file.Run().With("x", [], 21f);
        run.Expect("y", [], 42);
    }

    [Fact]
    public void MatMul_TransposedWithBiasAndActivation_GivesTheProduct()
    {
        using var file = new TfjsFile().Input("x", "DT_FLOAT", 1, 2).Const("w", [2, 2], 1f, 2, 3, 4).Const("b", [2], 1f, -1000)
            .Node("_FusedMatMul", "y", ["x", "w", "b"], ("transpose_b", B(true)), ("fused_ops", Texts("BiasAdd", "Relu"))).Output("y");
        using var run = file.Run().With("x", [1, 2], 10f, 100);
        run.Expect("y", [1, 2], 211, 0);
    }

    [Fact]
    public void Softmax_LastAxis_SumsToOne()
    {
        using var file = new TfjsFile().Input("x", "DT_FLOAT", 1, 2).Node("Softmax", "y", ["x"]).Output("y");
        using var run = file.Run().With("x", [1, 2], 0f, MathF.Log(3));
        run.Expect("y", [1, 2], 0.25f, 0.75f);
    }
}
