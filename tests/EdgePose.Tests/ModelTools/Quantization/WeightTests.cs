using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Numbers;
using Xunit;

namespace EdgePose.Tests.ModelTools.Quantization;

public sealed class WeightTests
{
    [Fact]
    public void ChannelWeights_AxisZero_HasOneScaleForEachRow()
    {
        var weights = new ChannelWeights(TensorData.Floats([2, 3], [1, -2, 0.5f, 100, 50, -25]), axis: 0, reduced: false);
        Assert.Equal([(float)(4.0 / 254), (float)(200.0 / 254)], weights.Scales);
        Assert.Equal([64, -127, 32, 127, 64, -32], Codes(weights));
    }

    [Fact]
    public void ChannelWeights_AxisOne_HasOneScaleForEachColumn()
    {
        // [Cin 2, Cout 2, 1, 2], as a transposed convolution has it.
        var weights = new ChannelWeights(TensorData.Floats([2, 2, 1, 2], [1, 2, 10, 20, 3, 4, 30, 40]), axis: 1, reduced: false);
        Assert.Equal([(float)(8.0 / 254), (float)(80.0 / 254)], weights.Scales);
        Assert.Equal([32, 64, 32, 64, 95, 127, 95, 127], Codes(weights));
    }

    [Fact]
    public void ChannelWeights_Reduced_StaysWithinSevenBits() =>
        Assert.All(Codes(new ChannelWeights(TensorData.Floats([1, 4], [-1, 1, 0.3f, -0.7f]), axis: 0, reduced: true)), c => Assert.InRange(c, (sbyte)-64, (sbyte)64));

    [Fact]
    public void ChannelWeights_AllZeroChannel_StaysZero() =>
        Assert.All(Codes(new ChannelWeights(TensorData.Floats([1, 3], [0, 0, 0]), axis: 0, reduced: false)), c => Assert.Equal(0, c));

    [Fact]
    public void Errors_RandomWeights_AreWhatTheCodesMissByHalfAStep()
    {
        var random = new Random(5);
        var values = Enumerable.Range(0, 60).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray();
        var weights = new ChannelWeights(TensorData.Floats([3, 20], values), axis: 0, reduced: false);
        var (codes, errors) = (Codes(weights), weights.Errors());
        for (var i = 0; i < values.Length; i++)
        {
            Assert.Equal((codes[i] * weights.Scales[i / 20]) - values[i], errors[i], 1e-6f);
            Assert.InRange(Math.Abs(errors[i]), 0, weights.Scales[i / 20] * 0.5001f);
        }
    }

    [Fact]
    public void BiasCodes_OrdinaryChannel_RoundsInUnitsOfTheSums()
    {
        float[] scales = [0.01f, 0.02f];
        Assert.Equal(0, BiasCodes.Fit([1, -3], 0.5f, scales));
        var (codes, biasScales) = BiasCodes.Of([1, -3], 0.5f, scales);
        Assert.Equal([200, -300], codes);
        Assert.Equal([0.5f * 0.01f, 0.5f * 0.02f], biasScales);
    }

    [Fact]
    public void BiasCodes_DyingChannel_GetsALargerWeightScaleInsteadOfWrappingAround()
    {
        // Weights of almost nothing behind a batch norm whose offset remained: the bias would need 10^12 steps.
        float[] scales = [1e-13f, 0.01f];
        Assert.Equal(1, BiasCodes.Fit([-0.1f, 0.1f], 1f, scales));
        Assert.Equal(0.01f, scales[1]);
        var (codes, biasScales) = BiasCodes.Of([-0.1f, 0.1f], 1f, scales);
        Assert.InRange(codes[0], int.MinValue + 1, -2_000_000_000);
        Assert.Equal(-0.1f, codes[0] * biasScales[0], 1e-6f);
    }

    [Fact]
    public void BiasCodes_RandomTinyScales_NeverLeaveInt32()
    {
        var random = new Random(9);
        for (var i = 0; i < 2000; i++)
        {
            var bias = (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 4)));
            float[] scales = [(float)Math.Pow(10, -random.Next(2, 30))];
            var input = (float)Math.Pow(10, -random.Next(0, 6));
            BiasCodes.Fit([bias], input, scales);
            var (codes, biasScales) = BiasCodes.Of([bias], input, scales);
            Assert.InRange(codes[0] * (double)biasScales[0], bias - Math.Max(1e-4 * Math.Abs(bias), biasScales[0]), bias + Math.Max(1e-4 * Math.Abs(bias), biasScales[0]));
        }
    }

    private static sbyte[] Codes(ChannelWeights weights) => [.. weights.Codes().RawData.Select(b => (sbyte)b)];
}
