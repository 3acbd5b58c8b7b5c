using EdgePose.ModelTools.Quantization.Numbers;

namespace EdgePose.ModelTools.Quantization.Calibration;

/// <summary>What calibration saw of one value of the graph.</summary>
internal sealed class TensorStatistics(bool withMeans, bool withCovariance = false)
{
    private double[] _sums = [];
    private long _perChannel;
    private bool _averaging;

    /// <summary>Smallest and largest value of all inputs.</summary>
    public ValueRange Observed { get; private set; } = ValueRange.Empty;

    /// <summary>The same of each input, averaged exponentially.</summary>
    public ValueRange Averaged { get; private set; }

    /// <summary>Filled by a second pass; null where the method needs none.</summary>
    public Histogram? Histogram { get; set; }

    /// <summary>Mean of each channel (axis 1) over all inputs; empty when it was not asked for.</summary>
    public double[] ChannelMeans => [.. _sums.Select(s => s / Math.Max(1, _perChannel))];

    /// <summary>How the channels go together; null when it was not asked for.</summary>
    public ChannelCovariance? Covariance { get; private set; }

    /// <summary>Takes one run's values.</summary>
    /// <returns>False when one is not finite.</returns>
    public bool Add(ReadOnlySpan<long> shape, ReadOnlySpan<float> values, float averagingConstant)
    {
        var range = ValueRange.Of(values);
        if (!range.IsFinite) { return values.Length == 0; }
        Observed = Observed.Union(range);
        Averaged = !_averaging ? range : new ValueRange(Blend(Averaged.Min, range.Min, averagingConstant), Blend(Averaged.Max, range.Max, averagingConstant));
        _averaging = true;
        if (withMeans && shape.Length >= 2) { AddMeans(shape, values); }
        if (withCovariance && shape.Length == 4) { AddCovariance(shape, values); }
        return true;
    }

    private static float Blend(float old, float next, float constant) => old + (constant * (next - old));

    private void AddCovariance(ReadOnlySpan<long> shape, ReadOnlySpan<float> values)
    {
        Covariance ??= new ChannelCovariance((int)shape[1]);
        if (shape[1] == Covariance.Channels && values.Length > 0) { Covariance.Add(values, (int)(shape[2] * shape[3])); }
    }

    private void AddMeans(ReadOnlySpan<long> shape, ReadOnlySpan<float> values)
    {
        var channels = (int)shape[1];
        if (_sums.Length == 0) { _sums = new double[channels]; }
        if (_sums.Length != channels || channels == 0) { return; }
        var inner = values.Length / channels / (int)shape[0];
        for (var row = 0; row < values.Length / inner; row++)
        {
            var sum = 0.0;
            foreach (var value in values.Slice(row * inner, inner)) { sum += value; }
            _sums[row % channels] += sum;
        }
        _perChannel += inner * shape[0];
    }
}
