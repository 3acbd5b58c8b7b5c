namespace EdgePose.Streams;

/// <summary>
/// Holds the frames of a recording back to its own speed, where ffmpeg cannot: it counts what is skipped as well. Used by the thread that reads the
/// frames.
/// </summary>
internal sealed class MediaPace(TimeProvider time)
{
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);
    private double _first = double.NaN;
    private long _start;

    /// <summary>Waits until a frame is due, or <paramref name="stop"/> is set.</summary>
    /// <param name="seconds">Its time in the recording; NaN is due at once.</param>
    /// <param name="stop">Ends the waiting.</param>
    public void Wait(double seconds, CancellationToken stop)
    {
        if (double.IsNaN(seconds)) { return; }
        if (double.IsNaN(_first)) { (_first, _start) = (seconds, time.GetTimestamp()); }
        while (!stop.IsCancellationRequested)
        {
            var left = TimeSpan.FromSeconds(seconds - _first) - time.GetElapsedTime(_start);
            if (left <= TimeSpan.Zero) { return; }
            stop.WaitHandle.WaitOne(left < Slice ? left : Slice);
        }
    }
}
