namespace EdgePose.Delivery.Spool;

/// <summary>The latest durations and their percentile. One writer, any readers.</summary>
internal sealed class SyncTimes
{
    private readonly Lock _gate = new();
    private readonly double[] _ms = new double[512];
    private int _count;

    public void Add(TimeSpan duration)
    {
        lock (_gate) { _ms[_count++ % _ms.Length] = duration.TotalMilliseconds; }
    }

    public double P99Ms
    {
        get
        {
            lock (_gate)
            {
                var n = Math.Min(_count, _ms.Length);
                if (n == 0) { return 0; }
                var sorted = _ms[..n];
                Array.Sort(sorted);
                return sorted[Math.Min(n - 1, (int)Math.Ceiling(n * 0.99) - 1)];
            }
        }
    }
}
