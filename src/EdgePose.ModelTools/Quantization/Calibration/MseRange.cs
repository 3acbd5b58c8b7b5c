using EdgePose.ModelTools.Quantization.Numbers;

namespace EdgePose.ModelTools.Quantization.Calibration;

/// <summary>
/// The clipping with the least expected squared error: a step's noise, step²/12, for what is kept, and the distance to the bound for what is
/// cut off (Banner et al., arXiv:1810.05723, with counts in place of their fitted distribution). Exact zeros have no error.
/// </summary>
internal static class MseRange
{
    /// <summary>Positions tried for each bound.</summary>
    private const int Steps = 128;

    /// <param name="values">Counts over the observed range, or around 0.</param>
    /// <param name="observed">What really occurred.</param>
    /// <param name="codes">Number of codes that the range is laid over.</param>
    /// <param name="symmetric">Only ranges around 0.</param>
    public static ValueRange Find(Histogram values, ValueRange observed, int codes, bool symmetric)
    {
        var error = new ErrorTable(values, codes);
        var (best, least) = (observed, double.PositiveInfinity);
        var furthest = Math.Max(-observed.Min, observed.Max);
        // From wide to narrow, and only better ones replace: where clipping gains nothing nothing is clipped.
        for (var high = Steps; high >= 1; high--)
        {
            if (symmetric)
            {
                Try(-furthest * high / Steps, furthest * high / Steps);
                continue;
            }
            var top = Math.Max(observed.Max, 0) * high / Steps;
            for (var low = Steps; low >= 1; low--)
            {
                Try(Math.Min(observed.Min, 0) * low / Steps, top);
                if (observed.Min >= 0) { break; }
            }
            if (observed.Max <= 0) { break; }
        }
        return best.ClampTo(observed);

        void Try(float low, float high)
        {
            var found = error.Of(low, high);
            if (found < least) { (best, least) = (new ValueRange(low, high), found); }
        }
    }

    /// <summary>Sums over bins, so that a candidate costs two look-ups.</summary>
    private sealed class ErrorTable
    {
        private readonly Histogram _values;
        private readonly int _codes;
        private readonly double[] _count, _first, _second;

        public ErrorTable(Histogram values, int codes)
        {
            (_values, _codes) = (values, codes);
            var bins = values.Counts.Length;
            (_count, _first, _second) = (new double[bins + 1], new double[bins + 1], new double[bins + 1]);
            for (var i = 0; i < bins; i++)
            {
                var (n, x) = ((double)values.Counts[i], values.Centre(i));
                (_count[i + 1], _first[i + 1], _second[i + 1]) = (_count[i] + n, _first[i] + (n * x), _second[i] + (n * x * x));
            }
        }

        public double Of(float low, float high)
        {
            var (from, to) = (Bin(low), Bin(high));
            var last = _count.Length - 1;
            var step = ((double)high - low) / (_codes - 1);
            var kept = Math.Max(0, _count[to] - _count[from] - _values.Zeros);
            return (kept * step * step / 12) + Distance(0, from, low) + Distance(to, last, high);
        }

        // Σ n (x − bound)² over bins [from, to).
        private double Distance(int from, int to, double bound) => Math.Max(0, _second[to] - _second[from]
            - (2 * bound * (_first[to] - _first[from])) + (bound * bound * (_count[to] - _count[from])));

        private int Bin(double value) => _values.Width > 0 ? (int)Math.Clamp(Math.Round((value - _values.Low) / _values.Width), 0, _count.Length - 1) : 0;
    }
}
