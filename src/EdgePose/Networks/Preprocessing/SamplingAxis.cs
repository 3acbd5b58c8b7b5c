namespace EdgePose.Networks.Preprocessing;

/// <summary>
/// For one axis of the network's input: which two source pixels make each target pixel, with integer weights. Placements are
/// axis-aligned, so one table for the columns and one for the rows describe the whole resampling. A weight of zero always comes with an
/// index that is safe to read, and the arrays are kept between calls.
/// </summary>
internal sealed class SamplingAxis
{
    /// <summary>cv2.resize uses 11-bit weights.</summary>
    public const int ResizeOne = 1 << 11;

    /// <summary>cv2.warpAffine uses 5-bit weights.</summary>
    public const int WarpOne = 1 << 5;

    private (int Source, int Length, double Scale, double Offset) _made;

    public int Length { get; private set; }
    public int[] First { get; private set; } = [];
    public int[] Second { get; private set; } = [];
    public int[] FirstWeight { get; private set; } = [];
    public int[] SecondWeight { get; private set; } = [];

    /// <summary>
    /// The same for neighbouring taps: target pixel i is made of source pixels <c>Pair[i]</c> and <c>Pair[i] + 1</c>, with the weights in the
    /// lower and the upper half of <c>PairWeights[i]</c>. -1 where the source has one pixel only.
    /// </summary>
    public int[] Pair { get; private set; } = [];
    public int[] PairWeights { get; private set; } = [];

    /// <summary>True when each target pixel is the source pixel of the same index.</summary>
    public bool IsIdentity { get; private set; }

    /// <summary>
    /// Bilinear resize of <paramref name="source"/> to <paramref name="length"/> pixels with half-pixel centres and replicated edges,
    /// in the fixed-point arithmetic of opencv/opencv:modules/imgproc/src/resize.cpp.
    /// </summary>
    /// <param name="source">Source pixels, at least 1.</param>
    /// <param name="length">Target pixels, at least 1.</param>
    /// <param name="snap">True for columns: beyond the edge all weight goes to the edge pixel; rows split it over two equal pixels.</param>
    public void SetResize(int source, int length, bool snap)
    {
        if (_made == (source, length, snap ? 1 : 0, double.NegativeInfinity)) { return; }
        _made = (source, length, snap ? 1 : 0, double.NegativeInfinity);
        Reserve(length);
        IsIdentity = source == length;
        var scale = 1.0 / ((double)length / source);
        for (var i = 0; i < length; i++)
        {
            var position = (float)((i + 0.5) * scale - 0.5);
            var first = (int)MathF.Floor(position);
            var fraction = position - first;
            if (snap && (first < 0 || first >= source - 1)) { (first, fraction) = (Math.Clamp(first, 0, source - 1), 0); }
            var last = source - 1;
            Set(i, source, Math.Clamp(first, 0, last), Math.Clamp(first + 1, 0, last),
                (int)MathF.Round((1 - fraction) * ResizeOne), (int)MathF.Round(fraction * ResizeOne));
        }
    }

    /// <summary>
    /// Affine sampling in which target pixel i shows source position inverse * i + shift (pixel centres at integers), black outside:
    /// the 10-bit positions rounded to 1/32 pixel of cv2.warpAffine.
    /// </summary>
    /// <param name="source">Source pixels, at least 1.</param>
    /// <param name="length">Target pixels.</param>
    /// <param name="inverse">Source pixels per target pixel.</param>
    /// <param name="shift">Source position of target pixel 0.</param>
    /// <param name="columns">OpenCV rounds slope and shift of a column apart, those of a row together.</param>
    public void SetWarp(int source, int length, double inverse, double shift, bool columns)
    {
        _made = default;
        Reserve(length);
        IsIdentity = false;
        var origin = Round(shift * 1024) + 16;
        for (var i = 0; i < length; i++)
        {
            var position = (columns ? origin + Round(inverse * i * 1024) : Round((inverse * i + shift) * 1024) + 16) >> 5;
            var (first, fraction) = (position >> 5, (int)(position & 31));
            Set(i, source, (int)Math.Clamp(first, 0, source - 1), (int)Math.Clamp(first + 1, 0, source - 1),
                first >= 0 && first < source ? WarpOne - fraction : 0, first + 1 >= 0 && first + 1 < source ? fraction : 0);
        }
    }

    // Saturates as OpenCV's conversion to int does; crops of tiny or far boxes get there.
    private static long Round(double value) => (long)Math.Clamp(Math.Round(value, MidpointRounding.ToEven), int.MinValue, int.MaxValue);

    private void Set(int i, int source, int first, int second, int firstWeight, int secondWeight)
    {
        (First[i], Second[i]) = (firstWeight == 0 ? second : first, secondWeight == 0 ? first : second);
        (FirstWeight[i], SecondWeight[i]) = (firstWeight, secondWeight);
        (first, second) = (First[i], Second[i]);
        // One tap, or two on the same pixel: its neighbour gets no weight.
        if (first == second) { (firstWeight, secondWeight) = first + 1 < source ? (firstWeight + secondWeight, 0) : (0, firstWeight + secondWeight); }
        Pair[i] = source < 2 ? -1 : Math.Min(first, source - 2);
        PairWeights[i] = firstWeight | (secondWeight << 16);
    }

    private void Reserve(int length)
    {
        Length = length;
        if (First.Length >= length) { return; }
        (First, Second, FirstWeight, SecondWeight) = (new int[length], new int[length], new int[length], new int[length]);
        (Pair, PairWeights) = (new int[length], new int[length]);
    }
}
