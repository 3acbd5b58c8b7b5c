namespace EdgePose.Domain;

/// <summary>
/// Mean interval between the frames of a live stream, over about the last sixteen. An epoch starts anew, and a single gap counts at most
/// four intervals, so that a stall does not make the stream look slow for long afterwards. Not thread-safe.
/// </summary>
internal sealed class ArrivalMeter
{
    private const int Memory = 16;
    private const double LongestGap = 4;
    private int _epoch;
    private int _intervals;

    /// <summary>In clock ticks; 0 until two frames of an epoch have come.</summary>
    public double MeanTicks { get; private set; }

    /// <summary>Capture time of the latest frame.</summary>
    public long LastTicks { get; private set; }

    public void Add(in FrameInfo frame)
    {
        var gap = (double)(frame.CapturedTicks - LastTicks);
        LastTicks = frame.CapturedTicks;
        if (frame.Epoch != _epoch)
        {
            (_epoch, _intervals, MeanTicks) = (frame.Epoch, 0, 0);
            return;
        }
        if (gap <= 0) { return; }
        // The plain mean of the first intervals, a decaying one afterwards.
        _intervals = Math.Min(_intervals + 1, Memory);
        if (_intervals > 1) { gap = Math.Min(gap, LongestGap * MeanTicks); }
        MeanTicks += (gap - MeanTicks) / _intervals;
    }
}
