using EdgePose.Domain;

namespace EdgePose.Networks.Scheduling;

/// <summary>One stream as the inference thread sees it: where its frames wait, what is done with one, and the figures of both.</summary>
internal sealed class ScheduledStream(string id, FrameSlot slot, Action<Frame> process, ScheduledStreamSettings? options = null)
{
    private readonly AgeWindow _ages = new(), _durations = new();
    private long _missed, _busyTicks;

    public string Id { get; } = id;
    public FrameSlot Slot { get; } = slot;
    public ScheduledStreamSettings Options { get; } = options ?? new ScheduledStreamSettings();

    /// <summary>What the device's load leaves to this stream. Set by the scheduler, read in <c>process</c>; both on the inference thread.</summary>
    public Quality Quality { get; set; } = Quality.Full;

    /// <summary>Frames that went through <c>process</c> without an exception.</summary>
    public long Processed => Slot.Account.Processed;

    /// <summary>Frames whose processing threw; counted, never published.</summary>
    public long Failed => Slot.Account.Failed;

    /// <summary>Those among <see cref="Failed"/> whose network took longer than it may.</summary>
    public long Missed => Interlocked.Read(ref _missed);

    /// <summary>Why the last of <see cref="Failed"/> could not be processed; empty while none failed.</summary>
    public string LastFailure { get; set; } = "";

    /// <summary>The error for a stream of which nothing was measured although frames came; null for any other.</summary>
    public UserError? NothingMeasured => Processed > 0 || Failed == 0 ? null : new UserError(ExitCode.Model,
        $"stream {Id}: none of its {Failed} frames could be processed, so nothing is known about people in them: {LastFailure}",
        "edgepose models verify; another model or pose.short_side may suit this source");

    /// <summary>Time that the inference thread spent on this stream.</summary>
    public TimeSpan Busy => TimeSpan.FromTicks(Interlocked.Read(ref _busyTicks));

    /// <summary>Ages of the latest processed frames, capture to end of processing, in milliseconds.</summary>
    public AgeWindow Ages => _ages;

    /// <summary>Durations of the latest calls of <c>process</c>, in milliseconds.</summary>
    public AgeWindow Durations => _durations;

    /// <summary>Processes a frame taken from <see cref="Slot"/> and enters its outcome there. What <c>process</c> throws is thrown on.</summary>
    internal void Run(Frame frame, TimeProvider time)
    {
        var started = time.GetTimestamp();
        var done = false;
        try
        {
            process(frame);
            done = true;
        }
        finally
        {
            var duration = time.GetElapsedTime(started);
            Interlocked.Add(ref _busyTicks, duration.Ticks);
            if (done)
            {
                _durations.Add(duration.TotalMilliseconds);
                _ages.Add(time.GetElapsedTime(frame.Info.CapturedTicks).TotalMilliseconds);
            }
            Slot.Complete(failed: !done);
        }
    }

    internal void CountMissed() => Interlocked.Increment(ref _missed);
}
