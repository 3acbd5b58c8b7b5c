namespace EdgePose.Networks.Scheduling;

/// <summary>The frames of the last seconds and how late each was, relative to what is wanted. One thread; allocates nothing after its start.</summary>
internal sealed class WaitWindow
{
    private const int Capacity = 512;
    private readonly (TimeSpan At, double Ratio)[] _samples = new (TimeSpan, double)[Capacity];
    private readonly double[] _sorted = new double[Capacity];
    private int _count, _next;

    public void Add(TimeSpan at, double ratio)
    {
        _samples[_next] = (at, ratio);
        _next = (_next + 1) % Capacity;
        _count = Math.Min(_count + 1, Capacity);
    }

    /// <summary>The nearest-rank 95th percentile of what was added at or after <paramref name="since"/>; 0 when there is nothing.</summary>
    public double Percentile95(TimeSpan since)
    {
        var n = 0;
        for (var i = 0; i < _count; i++)
        {
            if (_samples[i].At >= since) { _sorted[n++] = _samples[i].Ratio; }
        }
        if (n == 0) { return 0; }
        Array.Sort(_sorted, 0, n);
        return _sorted[Math.Clamp((int)Math.Ceiling(0.95 * n) - 1, 0, n - 1)];
    }
}
