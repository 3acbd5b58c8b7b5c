using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.ModelTools.Quantization.Settings;
using Xunit;

namespace EdgePose.Tests.ModelTools.Quantization;

/// <summary>What ONNX Runtime really fuses: these tests fail when a new version fuses more or less.</summary>
public sealed class ResidualsTests
{
    private static readonly QuantizationSettings All = new() { Include = ["*"] };
    private static readonly IReadOnlyList<GraphInput> Pictures = SmallNetwork.Pictures(2, 1, 3, 16, 16);

    [Fact]
    public void Count_ChainOfConvolutions_HasNoPairLeftInside()
    {
        var residual = Count(SmallNetwork.Build([1, 3, 16, 16], (n, x) =>
        {
            var a = n.Graph.Node("Relu", "relu", [n.Conv(x, "a", 3, 16, 3)]);
            return n.Graph.Node("Add", "sum", [n.Conv(a, "b", 16, 16, 3), a]);
        }));
        // One at the picture, one at the output.
        Assert.Equal((1, 1, 0), (residual.Quantize, residual.Dequantize, residual.FloatIslands));
        Assert.Equal((2, 1), (residual.Integer["QLinearConv"], residual.Integer["QLinearAdd"]));
        Assert.Empty(residual.Float);
    }

    [Fact]
    public void Count_OperatorWithoutIntegerKernel_IsAFloatIsland()
    {
        var residual = Count(SmallNetwork.Build([1, 3, 16, 16], (n, x) => n.Conv(n.Graph.Node("HardSigmoid", "hard", [n.Conv(x, "a", 3, 16, 3)]), "b", 16, 4, 3)));
        Assert.Equal((2, 2, 1), (residual.Quantize, residual.Dequantize, residual.FloatIslands));
        Assert.Equal(1, residual.Float["HardSigmoid"]);
    }

    [Fact]
    public void Count_RewrittenTransposedConvolution_IsAllInteger()
    {
        var residual = Count(SmallNetwork.Build([1, 3, 16, 16], (n, x) => n.Conv(n.Graph.Node("Relu", "r", [n.Transposed(n.Conv(x, "a", 3, 16, 3), "up", 16, 16, 4, 2, 1)]), "b", 16, 4, 3)));
        Assert.Equal((1, 1, 0), (residual.Quantize, residual.Dequantize, residual.FloatIslands));
        Assert.Equal(3, residual.Integer["QLinearConv"]);
        Assert.DoesNotContain("ConvTranspose", residual.Float.Keys);
    }

    [Theory]
    [InlineData("MatMul", "QLinearMatMul")]
    [InlineData("Gemm", "QGemm")]
    public void Count_Products_BecomeIntegerOperators(string op, string integer)
    {
        var model = SmallNetwork.Build([1, 8], (n, x) => n.Graph.Node(op, "one", [x, n.Constant("w", 8, 8)]));
        var quantized = SmallNetwork.Open(model, All, SmallNetwork.Pictures(2, 1, 8)).Write();
        Assert.Equal(1, Residuals.Count(SmallNetwork.Runner, quantized.Model, "test").Integer[integer]);
    }

    [Fact]
    public void Count_Pools_AndResizes_WorkOnCodes()
    {
        var residual = Count(SmallNetwork.Build([1, 3, 16, 16], (n, x) =>
        {
            var pooled = n.Graph.Node("MaxPool", "pool", [n.Conv(x, "a", 3, 16, 3)], NodeAttribute.Ints("kernel_shape", 2, 2), NodeAttribute.Ints("strides", 2, 2));
            var large = n.Graph.Node("Resize", "large", [pooled, "", n.Graph.Constant("scales", TensorData.Floats([4], [1, 1, 2, 2]))], NodeAttribute.Text("mode", "nearest"));
            return n.Conv(n.Graph.Node("GlobalAveragePool", "mean", [large]), "b", 16, 4, 1);
        }));
        Assert.Equal((1, 1), (residual.Quantize, residual.Dequantize));
        Assert.Empty(residual.Float);
    }

    private static ResidualReport Count(ModelProto model) =>
        Residuals.Count(SmallNetwork.Runner, SmallNetwork.Open(model, All, Pictures).Write().Model, "test");
}
