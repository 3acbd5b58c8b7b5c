namespace EdgePose.Domain;

/// <summary>
/// Identity and time of a frame. <paramref name="Epoch"/> rises with each reconnect or format change, so that whatever remembers
/// earlier frames resets instead of guessing; <paramref name="Sequence"/> rises by one for each frame received in the stream's life.
/// </summary>
/// <param name="Stream">Id of the stream, <c>[a-z0-9][a-z0-9_-]{0,62}</c>.</param>
/// <param name="Epoch">1 for the first connection.</param>
/// <param name="Sequence">0 for the first frame of the stream.</param>
/// <param name="CapturedTicks">Monotonic arrival time in <see cref="TimeProvider.GetTimestamp"/> ticks; durations come from this.</param>
/// <param name="CapturedUtc">Wall-clock time of the picture by the clock that <see cref="TimeSource"/> names; only for stamps.</param>
internal readonly record struct FrameInfo(string Stream, int Epoch, long Sequence, long CapturedTicks, DateTimeOffset CapturedUtc)
{
    /// <summary>This machine's wall-clock time at which the frame had been read completely.</summary>
    public DateTimeOffset ReceivedUtc { get; init; } = CapturedUtc;

    public TimeSource TimeSource { get; init; }
}

/// <summary>Where the capture time of a frame comes from.</summary>
internal enum TimeSource
{
    /// <summary>This machine's clock when the frame arrived: later than the picture by all that lies between.</summary>
    Arrival,

    /// <summary>The source's own clock, by its RTCP sender reports (RFC 3550, 6.4.1): as right as that clock is.</summary>
    Rtcp,

    /// <summary>The time line of a recording, begun when it was opened.</summary>
    Recording,
}
