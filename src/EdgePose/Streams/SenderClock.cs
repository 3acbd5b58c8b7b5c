namespace EdgePose.Streams;

/// <summary>
/// The source's own clock, from the wall-clock times that ffmpeg attaches to packets once an RTCP sender report has come (RFC 3550, 6.4.1).
/// Before that, ffmpeg's muxer fills in the time of writing, and nothing in the data tells the two apart. The writing time is the time
/// at which the packet reaches us; the sender's differs from it and runs evenly with the presentation time. Eight packets in a row must
/// show both before the clock is believed. A source whose time is the arrival time to the last ten milliseconds is therefore reported as
/// arrival time, which then says the same. Written by the thread that reads the packets, read by the one that reads the frames.
/// </summary>
internal sealed class SenderClock(TimeProvider time)
{
    private const int Proof = 8;
    /// <summary>Presentation times are seconds since the connection began; others are the rubbish of a broken source.</summary>
    private const double Latest = 1e8;

    /// <summary>Frames are at most this far from the newest packet, except when the source's time stamps jump.</summary>
    private const double Nearby = 10;
    private static readonly TimeSpan WrittenJustNow = TimeSpan.FromMilliseconds(10);

    /// <summary>Sender reports of cameras are computed in software and jump by some milliseconds.</summary>
    private static readonly TimeSpan Even = TimeSpan.FromMilliseconds(5);

    private readonly Lock _gate = new();
    private readonly TimeSpan[] _offsets = new TimeSpan[Proof];
    private int _evidence;
    private bool _believed;
    private DateTimeOffset _newest;
    private double _newestSeconds;
    private TimeSpan _lag;

    /// <summary>True once a sender report has been recognised.</summary>
    public bool IsKnown { get { lock (_gate) { return _believed; } } }

    /// <summary>
    /// Arrival time minus sender time of the newest packet: the way from the lens to here, plus what this machine's clock is ahead.
    /// Null before a sender report.
    /// </summary>
    public TimeSpan? Lag { get { lock (_gate) { return _believed ? _lag : null; } } }

    /// <param name="seconds">Presentation time of the packet.</param>
    /// <param name="wallClock">The time that ffmpeg attached to it.</param>
    public void Observe(double seconds, DateTimeOffset wallClock)
    {
        if (!(Math.Abs(seconds) < Latest)) { return; }
        lock (_gate)
        {
            var lag = time.GetUtcNow() - wallClock;
            var offset = TimeSpan.FromTicks(wallClock.Ticks - (long)(seconds * TimeSpan.TicksPerSecond));
            if (!_believed)
            {
                var own = lag < -WrittenJustNow || lag > WrittenJustNow;
                if (!own) { _evidence = 0; }
                else
                {
                    _offsets[_evidence++ % Proof] = offset;
                    _believed = _evidence >= Proof && Spread() <= Even;
                }
            }
            (_newest, _newestSeconds, _lag) = (wallClock, seconds, lag);
        }
    }

    /// <summary>The sender's time of the picture at <paramref name="seconds"/>; null before a sender report.</summary>
    public DateTimeOffset? At(double seconds)
    {
        lock (_gate)
        {
            return _believed && Math.Abs(seconds - _newestSeconds) < Nearby ? _newest.AddTicks((long)((seconds - _newestSeconds) * TimeSpan.TicksPerSecond)) : null;
        }
    }

    private TimeSpan Spread()
    {
        var (least, most) = (_offsets[0], _offsets[0]);
        foreach (var offset in _offsets)
        {
            least = offset < least ? offset : least;
            most = offset > most ? offset : most;
        }
        return most - least;
    }
}
