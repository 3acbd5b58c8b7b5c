using EdgePose.Domain;

namespace EdgePose.Streams;

/// <summary>Gives frames their identity and time. One per stream; used by one reader at a time.</summary>
internal sealed class FrameStamper(string stream, TimeProvider time)
{
    private int _epoch;
    private double _mediaRate;
    private long _count, _startTicks, _lastTicks;
    private DateTimeOffset _startUtc, _lastUtc;

    /// <summary>Number of the next frame.</summary>
    public long NextSequence { get; set; }

    /// <summary>Begins a connection.</summary>
    /// <param name="epoch">Epoch of all frames until the next call.</param>
    /// <param name="mediaRate">Frames per second of a recording whose time the stamps follow; 0 = the clock's time at arrival.</param>
    public void Begin(int epoch, double mediaRate) => (_epoch, _mediaRate, _count) = (epoch, mediaRate, 0);

    /// <summary>The stamp of the frame that has just been read completely.</summary>
    /// <param name="sender">When the source's own clock says that it was taken; null when it does not say.</param>
    public FrameInfo Next(DateTimeOffset? sender = null)
    {
        var received = time.GetUtcNow();
        var (ticks, utc) = (time.GetTimestamp(), received);
        if (_mediaRate > 0)
        {
            if (_count == 0)
            {
                // A recording read again must not go back behind what was stamped already.
                (_startTicks, _startUtc) = (Math.Max(ticks, _lastTicks), utc > _lastUtc ? utc : _lastUtc);
            }
            var seconds = _count / _mediaRate;
            (ticks, utc) = (_startTicks + (long)(seconds * time.TimestampFrequency), _startUtc.AddTicks((long)(seconds * TimeSpan.TicksPerSecond)));
        }
        _count++;
        (_lastTicks, _lastUtc) = (ticks, utc);
        var source = _mediaRate > 0 ? TimeSource.Recording : sender is null ? TimeSource.Arrival : TimeSource.Rtcp;
        return new FrameInfo(stream, _epoch, NextSequence++, ticks, source == TimeSource.Rtcp ? sender!.Value : utc) { ReceivedUtc = received, TimeSource = source };
    }
}
