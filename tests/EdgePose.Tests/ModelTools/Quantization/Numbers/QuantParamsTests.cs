using System.Text.Json;
using EdgePose.ModelTools.Quantization.Numbers;
using EdgePose.TestSupport;
using Xunit;

namespace EdgePose.Tests.ModelTools.Quantization.Numbers;

public sealed class QuantParamsTests
{
    [Fact]
    public void Of_GoldenRanges_GivesTheSameScalesAndZeroPoints()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Repo.Shared("goldens/qparams.json")));
        var count = 0;
        foreach (var golden in json.RootElement.GetProperty("cases").EnumerateArray())
        {
            var type = golden.GetProperty("type").GetString() switch
            {
                "u8" => IntegerType.UInt8,
                "i8" => IntegerType.Int8,
                "u16" => IntegerType.UInt16,
                "i16" => IntegerType.Int16,
                var other => throw new InvalidDataException(other),
            };
            var range = new ValueRange(golden.GetProperty("min").GetSingle(), golden.GetProperty("max").GetSingle());
            var found = QuantParams.Of(range, type, golden.GetProperty("symmetric").GetBoolean());
            Assert.Equal((golden.GetProperty("zp").GetInt32(), golden.GetProperty("scale").GetSingle()), (found.ZeroPoint, found.Scale));
            count++;
        }
        Assert.Equal(64, count);
    }

    [Theory]
    [InlineData(nameof(IntegerType.Int8), false, false, -128, 127)]
    [InlineData(nameof(IntegerType.Int8), true, false, -127, 127)]
    [InlineData(nameof(IntegerType.Int8), true, true, -64, 64)]
    [InlineData(nameof(IntegerType.UInt8), true, false, 0, 254)]
    [InlineData(nameof(IntegerType.UInt8), false, true, 0, 127)]
    [InlineData(nameof(IntegerType.Int16), true, false, -32767, 32767)]
    [InlineData(nameof(IntegerType.Int16), false, true, -16384, 16384)]
    [InlineData(nameof(IntegerType.UInt16), true, false, 0, 65534)]
    [InlineData(nameof(IntegerType.UInt16), true, true, 0, 32767)]
    public void Range_TypeAndForm_IsThatOfOnnxRuntime(string type, bool symmetric, bool reduced, int min, int max) =>
        Assert.Equal((min, max), Enum.Parse<IntegerType>(type).Range(symmetric, reduced));

    [Fact]
    public void Quantize_BeyondASymmetricRange_UsesTheWholeType()
    {
        var codes = QuantParams.Of(new ValueRange(-1, 1), IntegerType.Int8, symmetric: true);
        Assert.Equal((-127, -128, 127), (codes.Quantize(-1), codes.Quantize(-9), codes.Quantize(9)));
        Assert.Equal(255, QuantParams.Of(new ValueRange(-1, 1), IntegerType.UInt8, symmetric: true).Quantize(float.MaxValue));
    }

    [Fact]
    public void Quantize_Halves_RoundToEven()
    {
        var codes = new QuantParams(IntegerType.Int8, 1, 0);
        Assert.Equal([0, 2, 2, -2], new[] { 0.5f, 1.5f, 2.5f, -1.5f }.Select(codes.Quantize));
    }

    [Fact]
    public void Of_RandomRanges_HoldZeroExactlyAndErrByHalfAStep()
    {
        var random = new Random(11);
        for (var i = 0; i < 2000; i++)
        {
            var (type, symmetric) = ((IntegerType)random.Next(4), random.Next(2) == 0);
            var width = MathF.Pow(10, random.Next(-6, 6));
            var (a, b) = ((float)(random.NextDouble() - 0.5) * width, (float)(random.NextDouble() - 0.5) * width);
            var range = new ValueRange(Math.Min(a, b), Math.Max(a, b));
            var codes = QuantParams.Of(range, type, symmetric);
            Assert.Equal(0, codes.Dequantize(codes.Quantize(0)));
            var value = range.Min + ((range.Max - range.Min) * (float)random.NextDouble());
            Assert.InRange(Math.Abs(codes.Dequantize(codes.Quantize(value)) - value), 0, codes.Scale * 1.001f);
        }
    }

    [Fact]
    public void Of_NoRangeAtAll_IsOneStepOfOne() => Assert.Equal(new QuantParams(IntegerType.UInt8, 1, 0), QuantParams.Of(new ValueRange(0, 0), IntegerType.UInt8, symmetric: false));

    [Fact]
    public void Of_MinimumWidth_WidensUpwards() =>
        Assert.Equal((float)(1e-4f / 255.0), QuantParams.Of(new ValueRange(0, 0), IntegerType.UInt8, symmetric: false, minimumWidth: 1e-4f).Scale);

    [Fact]
    public void ValueRange_OfManyValues_IsTheirMinimumAndMaximum()
    {
        var random = new Random(3);
        foreach (var length in (int[])[0, 1, 7, 16, 33, 1000])
        {
            var values = Enumerable.Range(0, length).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray();
            var range = ValueRange.Of(values);
            Assert.Equal(length == 0, range.IsEmpty);
            if (length > 0) { Assert.Equal(new ValueRange(values.Min(), values.Max()), range); }
        }
        Assert.False(ValueRange.Of([.. Enumerable.Repeat(1f, 40), float.NaN, .. Enumerable.Repeat(1f, 40)]).IsFinite);
    }
}
