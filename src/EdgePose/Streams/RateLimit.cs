namespace EdgePose.Streams;

/// <summary>
/// Lets at most so many frames a second pass, by their arrival: time stamps may say anything. A network delivers in bursts, so that what came
/// short during the last second may be made up for. The generic cell rate algorithm (ITU-T I.371). Used by one thread.
/// </summary>
/// <param name="perSecond">0 = no limit.</param>
/// <param name="time">Clock of the arrival.</param>
internal sealed class RateLimit(double perSecond, TimeProvider time)
{
    private const double BurstSeconds = 1;
    private readonly long _interval = perSecond > 0 ? (long)(time.TimestampFrequency / perSecond) : 0;
    private readonly long _tolerance = (long)(BurstSeconds * time.TimestampFrequency);
    private long _due = long.MinValue;

    /// <summary>True for a frame that is within the limit.</summary>
    public bool TryPass()
    {
        if (_interval == 0) { return true; }
        var now = time.GetTimestamp();
        if (_due == long.MinValue) { _due = now; }
        if (now < _due - Math.Max(_tolerance, _interval)) { return false; }
        _due = Math.Max(now, _due) + _interval;
        return true;
    }
}
