namespace EdgePose.ModelTools.Quantization.Calibration;

/// <summary>Counts values in equal bins over [Low, High], whose bounds an earlier pass found. Zeros are counted in their bin and apart.</summary>
internal sealed class Histogram(float low, float high, int bins = Histogram.DefaultBins)
{
    public const int DefaultBins = 2048;

    private readonly double _perUnit = high > low ? bins / ((double)high - low) : 0;

    public float Low { get; } = low;
    public float High { get; } = high;
    public long[] Counts { get; } = new long[bins];

    /// <summary>Values that are exactly 0: quantization never errs on them.</summary>
    public long Zeros { get; private set; }

    public double Width => ((double)High - Low) / Counts.Length;

    /// <summary>Left edge of a bin; that of the bin behind the last is <see cref="High"/>.</summary>
    public float Edge(int bin) => bin == Counts.Length ? High : (float)(Low + (bin * Width));

    public double Centre(int bin) => Low + ((bin + 0.5) * Width);

    public long Total => Counts.Sum();

    /// <summary>A histogram around 0 that holds a range.</summary>
    public static Histogram Around(Numbers.ValueRange range, int bins = DefaultBins)
    {
        var t = Math.Max(Math.Abs(range.Min), Math.Abs(range.Max));
        return new Histogram(-t, t, bins);
    }

    /// <summary>Adds values; those outside the bounds go to the outermost bins.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        var last = Counts.Length - 1;
        foreach (var value in values)
        {
            if (value == 0) { Zeros++; }
            var bin = (int)((value - (double)Low) * _perUnit);
            Counts[Math.Clamp(bin, 0, last)]++;
        }
    }
}
