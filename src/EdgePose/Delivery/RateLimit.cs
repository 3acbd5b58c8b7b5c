namespace EdgePose.Delivery;

/// <summary>
/// Lets through at most <paramref name="perSecond"/> calls a second on average, and at most one more than that within any second: a call
/// that comes late does not delay the next one, so that 15 frames a second limited to 10 give 10 and not 7.5. Zero lets nothing through.
/// </summary>
internal sealed class RateLimit(double perSecond, TimeProvider time)
{
    private readonly long _interval = perSecond > 0 ? (long)(time.TimestampFrequency / perSecond) : 0;
    private long _due = time.GetTimestamp();

    public bool IsOff => _interval == 0;

    public bool TryPass()
    {
        if (IsOff) { return false; }
        var now = time.GetTimestamp();
        if (now < _due) { return false; }
        _due = Math.Max(_due, now - _interval) + _interval;
        return true;
    }
}
