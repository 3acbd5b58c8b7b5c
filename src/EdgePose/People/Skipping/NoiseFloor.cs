namespace EdgePose.People.Skipping;

/// <summary>
/// How much change is nothing, for each block of the picture: sensor noise by a running median and its absolute deviation, and what the
/// networks found to be a false alarm (a tree, a change of light) for some seconds after. All values are mean absolute differences in
/// grey levels. Durations are in seconds, so that it learns equally fast at every frame rate.
/// </summary>
internal sealed class NoiseFloor
{
    private const int Samples = 32, Enough = 8;

    /// <summary>Seconds between two samples; the ring spans 3.2 s.</summary>
    public const double SampleInterval = 0.1;

    /// <summary>
    /// Standard deviations above the median. The picture as a whole is 30 values a second, its 144 blocks are 4320, of which these leave none
    /// to chance, although 32 samples tell a deviation only to a fifth.
    /// </summary>
    private const float BlockDeviations = 6, GlobalDeviations = 4;

    /// <summary>A median absolute deviation of a normal distribution in standard deviations.</summary>
    private const float NormalMad = 1.4826f;

    /// <summary>
    /// Grey levels on top: between key frames a codec lets single blocks drift by up to .9 in a second where a frame changes them by .05. A
    /// person who goes a third of a cell changes their blocks by more than 1.
    /// </summary>
    private const float Margin = 0.75f;

    /// <summary>Threshold in grey levels while too little is known.</summary>
    private const float Unknown = 2.5f;

    /// <summary>A false alarm must be exceeded by a quarter to be one again; the memory of it halves every so many seconds.</summary>
    private const float AlarmFactor = 1.25f;
    private const double AlarmHalfLife = 5;

    private readonly float[] _ring, _sorted = new float[Samples], _median, _threshold, _alarm;
    private readonly int[] _count;
    private double _last = double.NegativeInfinity;

    /// <param name="blocks">Number of blocks; the picture as a whole is one more, with this index.</param>
    public NoiseFloor(int blocks)
    {
        Global = blocks;
        (_ring, _count) = (new float[(blocks + 1) * Samples], new int[blocks + 1]);
        (_median, _threshold, _alarm) = (new float[blocks + 1], new float[blocks + 1], new float[blocks + 1]);
        _threshold.AsSpan().Fill(Unknown);
    }

    /// <summary>Index of the picture as a whole.</summary>
    public int Global { get; }

    public float Median(int block) => _median[block];

    /// <summary>Largest value that noise explains.</summary>
    public float Noise(int block) => _threshold[block];

    /// <summary>Largest value that noise or a recent false alarm explains.</summary>
    public float Threshold(int block) => MathF.Max(_threshold[block], _alarm[block]);

    /// <summary>True when it is time for samples; then false alarms have faded accordingly.</summary>
    public bool IsDue(double now)
    {
        var elapsed = now - _last;
        if (elapsed >= 0 && elapsed < SampleInterval) { return false; }
        var fading = double.IsFinite(elapsed) && elapsed > 0 ? (float)Math.Pow(0.5, elapsed / AlarmHalfLife) : 1;
        for (var i = 0; i < _alarm.Length; i++) { _alarm[i] *= fading; }
        _last = now;
        return true;
    }

    /// <summary>Adds what a block showed while nothing moved there.</summary>
    public void Add(int block, float value)
    {
        var ring = _ring.AsSpan(block * Samples, Samples);
        ring[_count[block] % Samples] = value;

        // The count stays within two turns of the ring, so that it never overflows.
        if (++_count[block] == 2 * Samples) { _count[block] = Samples; }
        var known = Math.Min(_count[block], Samples);
        if (known < Enough) { return; }
        var sorted = _sorted.AsSpan(0, known);
        ring[..known].CopyTo(sorted);
        var median = MiddleOf(sorted);
        for (var i = 0; i < known; i++) { sorted[i] = MathF.Abs(sorted[i] - median); }
        var deviation = NormalMad * MiddleOf(sorted);
        _median[block] = median;
        _threshold[block] = median + (block == Global ? GlobalDeviations : BlockDeviations) * deviation + Margin;
    }

    /// <summary>The networks looked and found that <paramref name="value"/> meant nothing.</summary>
    public void Raise(int block, float value) => _alarm[block] = MathF.Max(_alarm[block], AlarmFactor * value);

    private static float MiddleOf(Span<float> values)
    {
        values.Sort();
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) * 0.5f;
    }
}
