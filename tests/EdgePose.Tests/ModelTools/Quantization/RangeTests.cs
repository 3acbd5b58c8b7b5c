using EdgePose.ModelTools.Quantization.Calibration;
using EdgePose.ModelTools.Quantization.Numbers;
using Xunit;

namespace EdgePose.Tests.ModelTools.Quantization;

/// <summary>The range rules against small references that work on the values themselves.</summary>
public sealed class RangeTests
{
    public enum Shape
    {
        Normal,
        Rectified,
        Outlier,
        Skewed,
    }

    [Theory]
    [InlineData(Shape.Normal)]
    [InlineData(Shape.Rectified)]
    [InlineData(Shape.Outlier)]
    [InlineData(Shape.Skewed)]
    public void Percentile_SortedValues_GiveTheSameBoundsWithinABin(Shape shape)
    {
        var values = Sample(shape);
        var observed = ValueRange.Of(values);
        var histogram = Histogram.Around(observed);
        histogram.Add(values);
        var sorted = values.Order().ToArray();
        var found = PercentileRange.Find(histogram, observed, 99, symmetric: false);
        Assert.Equal(sorted[(int)(0.005 * values.Length)], found.Min, 2 * histogram.Width);
        Assert.Equal(sorted[(int)(0.995 * values.Length)], found.Max, 2 * histogram.Width);
        var sizes = values.Select(Math.Abs).Order().ToArray();
        var threshold = sizes[(int)(0.99 * values.Length)];
        var symmetric = PercentileRange.Find(histogram, observed, 99, symmetric: true);
        Assert.Equal(Math.Min(threshold, observed.Max), symmetric.Max, 2 * histogram.Width);
        Assert.Equal(Math.Max(-threshold, observed.Min), symmetric.Min, 2 * histogram.Width);
    }

    [Fact]
    public void Percentile_OneOutlierInAMillion_IsLeftOut()
    {
        var values = new float[1_000_000];
        for (var i = 0; i < values.Length; i++) { values[i] = i / 1e6f; }
        values[^1] = 50;
        var histogram = Histogram.Around(new ValueRange(0, 50));
        histogram.Add(values);
        Assert.InRange(PercentileRange.Find(histogram, new ValueRange(0, 50), 99.999, symmetric: false).Max, 0.95f, 1.1f);
    }

    [Theory]
    [InlineData(Shape.Normal)]
    [InlineData(Shape.Outlier)]
    [InlineData(Shape.Skewed)]
    public void Entropy_AsManyBinsAsCodes_IsMinMax(Shape shape)
    {
        // With 128 bins and 128 codes there is one candidate: everything (H13).
        var values = Sample(shape);
        var observed = ValueRange.Of(values);
        var histogram = Histogram.Around(observed, EntropyRange.QuantizedBins);
        histogram.Add(values);
        Assert.Equal(observed, EntropyRange.Find(histogram, observed));
    }

    [Theory]
    [InlineData(Shape.Normal, 1)]
    [InlineData(Shape.Rectified, 2)]
    [InlineData(Shape.Outlier, 3)]
    [InlineData(Shape.Skewed, 4)]
    public void Entropy_ManyBins_AgreesWithTheDefinition(Shape shape, int seed)
    {
        var values = Sample(shape, 20_000, seed);
        var observed = ValueRange.Of(values);
        var histogram = Histogram.Around(observed, 512);
        histogram.Add(values);
        Assert.Equal(EntropyReference.Find(histogram.Counts, histogram.Low, histogram.High, observed), EntropyRange.Find(histogram, observed));
    }

    [Theory]
    [InlineData(Shape.Normal, false)]
    [InlineData(Shape.Rectified, false)]
    [InlineData(Shape.Outlier, false)]
    [InlineData(Shape.Skewed, false)]
    [InlineData(Shape.Normal, true)]
    [InlineData(Shape.Outlier, true)]
    public void Mse_RealRounding_IsAsGoodAsTheBestOfAGrid(Shape shape, bool symmetric)
    {
        var values = Sample(shape, 20_000);
        var observed = ValueRange.Of(values);
        var histogram = new Histogram(Math.Min(observed.Min, 0), Math.Max(observed.Max, 0));
        histogram.Add(values);
        var found = Error(values, MseRange.Find(histogram, observed, symmetric ? 255 : 256, symmetric), symmetric);
        var best = double.PositiveInfinity;
        for (var high = 1; high <= 24; high++)
        {
            for (var low = symmetric || observed.Min >= 0 ? 24 : 1; low <= 24; low++)
            {
                best = Math.Min(best, Error(values, new ValueRange(observed.Min * (symmetric ? high : low) / 24, observed.Max * high / 24), symmetric));
            }
        }
        Assert.InRange(found, 0, best * 1.05);
    }

    [Fact]
    public void Mse_ZerosAndALimit_AreNotCutOff()
    {
        // Half the values 0, many at the limit of a ReLU6: clipping would err on those.
        float[] values = [.. Enumerable.Repeat(0f, 5000), .. Enumerable.Repeat(6f, 1000), .. Enumerable.Range(0, 4000).Select(i => i * 6 / 4000f)];
        var histogram = new Histogram(0, 6);
        histogram.Add(values);
        Assert.Equal(new ValueRange(0, 6), MseRange.Find(histogram, new ValueRange(0, 6), 256, symmetric: false));
    }

    [Fact]
    public void AllRules_RandomValues_StayInsideWhatWasObserved()
    {
        foreach (var seed in Enumerable.Range(0, 12))
        {
            var values = Sample((Shape)(seed % 4), 5000, seed);
            var observed = ValueRange.Of(values);
            var around = Histogram.Around(observed, 512);
            around.Add(values);
            foreach (var range in (ValueRange[])[
                PercentileRange.Find(around, observed, 99.9, false), PercentileRange.Find(around, observed, 99.9, true), EntropyRange.Find(around, observed),
                MseRange.Find(around, observed, 256, false), MseRange.Find(around, observed, 255, true)])
            {
                Assert.InRange(range.Min, observed.Min, range.Max);
                Assert.InRange(range.Max, range.Min, observed.Max);
            }
        }
    }

    private static double Error(float[] values, ValueRange range, bool symmetric)
    {
        var codes = QuantParams.Of(range, symmetric ? IntegerType.Int8 : IntegerType.UInt8, symmetric);
        return values.Sum(v => Math.Pow(codes.Dequantize(codes.Quantize(v)) - v, 2));
    }

    private static float[] Sample(Shape shape, int count = 50_000, int seed = 7)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            var normal = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
            values[i] = shape switch
            {
                Shape.Rectified => Math.Max(0, normal),
                Shape.Outlier => i % 5000 == 0 ? 40 * normal : normal,
                Shape.Skewed => MathF.Exp(normal) - 0.5f,
                _ => normal,
            };
        }
        return values;
    }
}
