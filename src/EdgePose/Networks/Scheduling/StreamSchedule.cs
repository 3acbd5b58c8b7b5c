using EdgePose.Domain;

namespace EdgePose.Networks.Scheduling;

/// <summary>What the scheduler keeps for one stream; touched by the inference thread only.</summary>
internal sealed class StreamSchedule(ScheduledStream stream, double greatestWeight)
{
    /// <summary>Frames may get this old at high frame rates, where two intervals would be less than a thread can be late.</summary>
    private static readonly TimeSpan ShortestMaxAge = TimeSpan.FromMilliseconds(100);

    /// <summary>Greatest age while the frame rate of a stream is not known.</summary>
    private static readonly TimeSpan FirstMaxAge = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10), LongestPause = TimeSpan.FromMinutes(5);
    private Quality[] _ladder = LadderOf(stream, greatestWeight);
    private int _missesInARow;
    private long _successesAtMiss;
    private TimeSpan _pause = FirstPause;

    public ScheduledStream Stream { get; } = stream;
    public FrameSlot Slot => Stream.Slot;
    public FairShare.Place Place { get; } = new(stream.Options.Weight);
    public CostMeter Cost { get; } = new();

    /// <summary>Live streams have ages and may lose frames and quality; recordings that are read completely do neither.</summary>
    public bool IsLive { get; } = !stream.Slot.IsLossless;

    /// <summary>Mean time between frames; zero while unknown.</summary>
    public TimeSpan Interval { get; private set; } = stream.Options.ExpectedFps > 0 ? TimeSpan.FromSeconds(1 / stream.Options.ExpectedFps) : TimeSpan.Zero;

    /// <summary>Frames that arrive per second; 0 when none do.</summary>
    public double Rate { get; private set; }

    /// <summary>Age past which a waiting frame is dropped.</summary>
    public TimeSpan MaxAge => Stream.Options.MaxAge
        ?? (Interval == TimeSpan.Zero ? FirstMaxAge : TimeSpan.FromTicks(Math.Max(2 * Interval.Ticks, ShortestMaxAge.Ticks)));

    /// <summary>Not served before: its network has repeatedly taken longer than it may while others worked.</summary>
    public TimeSpan PausedUntil { get; private set; } = TimeSpan.MinValue;

    /// <summary>Reads how frames arrive; a stream that stays silent for longer than its interval counts as that slow.</summary>
    public void Measure(TimeProvider time)
    {
        var (mean, last) = Slot.Arrivals;
        // Unknown again after a reconnect: the former interval holds until two frames have come.
        if (mean > 0) { Interval = TimeSpan.FromSeconds(mean / time.TimestampFrequency); }
        Rate = Slot.Received == 0 || Interval == TimeSpan.Zero ? 0 : 1 / Math.Max(Interval.TotalSeconds, time.GetElapsedTime(last).TotalSeconds);
    }

    /// <summary>Another stream is the weightiest of all.</summary>
    public void Weigh(double greatest) => _ladder = LadderOf(Stream, greatest);

    private static Quality[] LadderOf(ScheduledStream stream, double greatest) => stream.Slot.IsLossless ? [] : Ladder.For(stream.Options.Weight / greatest);

    public void SetStep(int step)
    {
        if (IsLive) { Stream.Quality = _ladder[step]; }
    }

    /// <summary>A run of this stream's network took longer than it may. Whoever does so twice while the device works for others has to wait.</summary>
    /// <param name="now">The scheduler's time.</param>
    /// <param name="successes">Frames of all streams that the device has finished so far.</param>
    public void Miss(TimeSpan now, long successes)
    {
        var othersWork = _missesInARow++ > 0 && successes > _successesAtMiss;
        _successesAtMiss = successes;
        if (!othersWork) { return; }
        PausedUntil = now + _pause;
        _pause = TimeSpan.FromTicks(Math.Min(2 * _pause.Ticks, LongestPause.Ticks));
    }

    public void Succeed() => (_missesInARow, _pause) = (0, FirstPause);
}
