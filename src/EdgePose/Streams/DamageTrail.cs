namespace EdgePose.Streams;

/// <summary>
/// Brings ffmpeg's message that a picture is damaged together with a frame. In the older ffmpegs the message comes right before the line of its
/// frame. In the newer ones the decoder runs ahead of the filters, and its next line tells the picture's time. The damaged picture itself may
/// have been thinned out; the next frame that passes is predicted from it and counts as damaged. Used by the thread that reads the messages.
/// </summary>
/// <param name="ahead">The decoder runs ahead, and its lines tell the time.</param>
internal sealed class DamageTrail(bool ahead)
{
    /// <summary>The decoder is at most some dozens of pictures ahead; with more, the oldest is forgotten, which the next frame still counts.</summary>
    private const int Capacity = 256;

    /// <summary>Both lines give the same time in a time base that may have been rounded.</summary>
    private const double Rounding = 1e-4;

    private readonly Queue<double> _times = new(Capacity);
    private bool _reported, _told, _next;

    /// <summary>A picture has been reported as damaged.</summary>
    public void Report()
    {
        _reported = ahead && _told;
        _next |= !_reported;
    }

    /// <summary>The decoder has delivered a picture.</summary>
    /// <param name="seconds">Its time; NaN when it has none.</param>
    public void Decoded(double seconds)
    {
        _told = true;
        if (!_reported) { return; }
        _reported = false;
        if (double.IsNaN(seconds) || _times.Count == Capacity) { _next = true; }
        else { _times.Enqueue(seconds); }
    }

    /// <summary>True when a damaged picture came since the last frame, or is this frame.</summary>
    /// <param name="seconds">Time of the frame; NaN when it has none.</param>
    public bool TakeUntil(double seconds)
    {
        var damaged = _next;
        _next = false;
        while (_times.TryPeek(out var time) && !(time > seconds + Rounding))
        {
            _times.Dequeue();
            damaged = true;
        }
        return damaged;
    }
}
