namespace EdgePose.Networks.Scheduling;

/// <summary>The last 256 values with their percentiles; written by one thread, read by any.</summary>
internal sealed class AgeWindow
{
    private const int Capacity = 256;
    private readonly double[] _values = new double[Capacity];
    private readonly Lock _gate = new();
    private int _count, _next;

    public void Add(double value)
    {
        lock (_gate)
        {
            _values[_next] = value;
            _next = (_next + 1) % Capacity;
            _count = Math.Min(_count + 1, Capacity);
        }
    }

    /// <summary>The nearest-rank percentile, <paramref name="q"/> in 0..1; 0 while empty.</summary>
    public double Percentile(double q)
    {
        double[] sorted;
        lock (_gate) { sorted = _values[.._count]; }
        if (sorted.Length == 0) { return 0; }
        Array.Sort(sorted);
        return sorted[Math.Clamp((int)Math.Ceiling(q * sorted.Length) - 1, 0, sorted.Length - 1)];
    }
}
