using EdgePose.Domain;

namespace EdgePose.Streams;

/// <summary>Gives frames their identity and time. One per stream; used by one reader at a time.</summary>
internal sealed class FrameStamper(string stream, TimeProvider time)
{
    private int _epoch;
    private double _mediaRate;

    /// <summary>Presentation time of the last frame as the recording gives it, and since the first frame.</summary>
    private double _written, _played;
    private bool _begun;
    private long _startTicks, _lastTicks;
    private DateTimeOffset _startUtc, _lastUtc;

    /// <summary>Number of the next frame.</summary>
    public long NextSequence { get; set; }

    /// <summary>Begins a connection.</summary>
    /// <param name="epoch">Epoch of all frames until the next call.</param>
    /// <param name="mediaRate">Above 0, stamps follow the recording; this many frames per second where it does not tell. 0 = the clock's time at arrival.</param>
    /// <param name="continues">The recording goes on where the last connection ended.</param>
    public void Begin(int epoch, double mediaRate, bool continues = false) => (_epoch, _mediaRate, _begun) = (epoch, mediaRate, continues && _begun);

    /// <summary>The stamp of the frame that has just been read completely.</summary>
    /// <param name="sender">When the source's own clock says that it was taken; null when it does not say.</param>
    /// <param name="seconds">Its presentation time in the recording; NaN when it has none.</param>
    public FrameInfo Next(DateTimeOffset? sender = null, double seconds = double.NaN)
    {
        var received = time.GetUtcNow();
        var (ticks, utc) = (time.GetTimestamp(), received);
        if (_mediaRate > 0)
        {
            if (!_begun)
            {
                // A recording read again must not go back behind what was stamped already.
                (_startTicks, _startUtc) = (Math.Max(ticks, _lastTicks), utc > _lastUtc ? utc : _lastUtc);
                (_begun, _played, _written) = (true, 0, double.IsNaN(seconds) ? 0 : seconds);
            }
            else { Advance(seconds); }
            (ticks, utc) = (_startTicks + (long)(_played * time.TimestampFrequency), _startUtc.AddTicks((long)(_played * TimeSpan.TicksPerSecond)));
        }
        (_lastTicks, _lastUtc) = (ticks, utc);
        var source = _mediaRate > 0 ? TimeSource.Recording : sender is null ? TimeSource.Arrival : TimeSource.Rtcp;
        return new FrameInfo(stream, _epoch, NextSequence++, ticks, source == TimeSource.Rtcp ? sender!.Value : utc) { ReceivedUtc = received, TimeSource = source };
    }

    /// <summary>Time goes on as the recording says. Where it says nothing, or goes back as joined recordings do, it goes on by one frame.</summary>
    private void Advance(double seconds)
    {
        var step = seconds - _written;
        if (!(step > 0)) { step = 1 / _mediaRate; }
        _played += step;
        _written = double.IsNaN(seconds) ? _written + step : seconds;
    }
}
