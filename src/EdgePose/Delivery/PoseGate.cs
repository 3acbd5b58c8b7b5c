namespace EdgePose.Delivery;

/// <summary>
/// Decides for one stream and one sink which frames are published: at most so many a second, none without a connection, and a frame with
/// nobody only once until somebody appears. Guarded by the lock of its <see cref="StreamOutlet"/>, but for <see cref="ForgetEmpty"/>.
/// </summary>
internal sealed class PoseGate(double maxRate, SinkTally tally, TimeProvider time)
{
    private RateLimit _rate = new(maxRate, time);
    private volatile bool _emptySent;

    public bool Admits(bool isEmpty, bool isReady)
    {
        if (_rate.IsOff) { return false; }
        if (!isReady)
        {
            _emptySent = false;
            if (!isEmpty) { tally.NotConnected(); }
            return false;
        }
        if (isEmpty && _emptySent) { return false; }
        if (!_rate.TryPass())
        {
            tally.RateLimited();
            return false;
        }
        _emptySent = isEmpty;
        return true;
    }

    /// <summary>Another rate from now on.</summary>
    public void SetRate(double maxRate) => _rate = new RateLimit(maxRate, time);

    /// <summary>A message of this stream did not get out: the next empty list is news again.</summary>
    public void ForgetEmpty() => _emptySent = false;
}
