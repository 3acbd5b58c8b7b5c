namespace EdgePose.ModelTools.Quantization.Calibration;

/// <summary>How the channels of a value go together, estimated from evenly spread positions of each input.</summary>
internal sealed class ChannelCovariance(int channels)
{
    /// <summary>Positions looked at in each input: neighbours say the same twice, inputs do not.</summary>
    private const int Positions = 64;

    private readonly double[] _products = new double[channels * channels];
    private readonly double[] _sums = new double[channels];
    private long _count;

    public int Channels => channels;

    /// <summary>Adds one input's values.</summary>
    /// <param name="values">[n, channels, inner].</param>
    /// <param name="inner">Positions of a channel.</param>
    public void Add(ReadOnlySpan<float> values, int inner)
    {
        var column = new double[channels];
        var rows = values.Length / channels / inner;
        var taken = Math.Min(Positions, inner);
        for (var row = 0; row < rows; row++)
        {
            for (var k = 0; k < taken; k++)
            {
                // Half a step from the ends.
                var at = (int)(((k + 0.5) * inner) / taken);
                for (var c = 0; c < channels; c++) { column[c] = values[(((row * channels) + c) * inner) + at]; }
                AddColumn(column);
            }
        }
    }

    /// <summary>Row-major channels x channels; null while nothing was seen.</summary>
    public double[]? Matrix()
    {
        if (_count == 0) { return null; }
        var matrix = new double[channels * channels];
        for (var a = 0; a < channels; a++)
        {
            for (var b = 0; b <= a; b++)
            {
                matrix[(a * channels) + b] = matrix[(b * channels) + a] = (_products[(a * channels) + b] / _count) - (_sums[a] / _count * (_sums[b] / _count));
            }
        }
        return matrix;
    }

    private void AddColumn(double[] column)
    {
        _count++;
        for (var a = 0; a < channels; a++)
        {
            _sums[a] += column[a];
            if (column[a] == 0) { continue; }
            var row = _products.AsSpan(a * channels, a + 1);
            for (var b = 0; b <= a; b++) { row[b] += column[a] * column[b]; }
        }
    }
}
