namespace EdgePose.Streams;

/// <summary>Rate of a rising counter over about the last five seconds; asked about once a second, by any thread.</summary>
internal sealed class RateMeter(Func<long> counter, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);
    private readonly Queue<(long Ticks, long Value)> _samples = new();

    public double PerSecond()
    {
        lock (_samples) { return Measure(); }
    }

    private double Measure()
    {
        var (now, value) = (time.GetTimestamp(), counter());
        while (_samples.Count > 1 && time.GetElapsedTime(_samples.Peek().Ticks, now) > Window) { _samples.Dequeue(); }
        var rate = 0.0;
        if (_samples.TryPeek(out var first))
        {
            var seconds = time.GetElapsedTime(first.Ticks, now).TotalSeconds;
            rate = seconds > 0 ? (value - first.Value) / seconds : 0;
        }
        _samples.Enqueue((now, value));
        return rate;
    }
}
