using EdgePose.Domain;
using EdgePose.Inference.Scheduling;

namespace EdgePose.Inference;

/// <summary>One stream as the inference thread sees it: where its frames wait and what is done with one.</summary>
internal sealed class Lane(string stream, FrameSlot slot, Action<Frame> process)
{
    private readonly AgeWindow _ages = new(), _durations = new();
    private long _processed, _failed;

    public string Stream { get; } = stream;
    public FrameSlot Slot { get; } = slot;

    /// <summary>What the load controller grants; written and read on the inference thread.</summary>
    public Quality Quality { get; set; } = Quality.Full;

    /// <summary>Frames that went through <c>process</c> without an exception.</summary>
    public long Processed => Interlocked.Read(ref _processed);

    /// <summary>Frames whose processing threw; counted, never published.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Ages of the latest processed frames, capture to end of processing, in milliseconds.</summary>
    public AgeWindow Ages => _ages;

    /// <summary>Durations of the latest calls of <c>process</c>, in milliseconds.</summary>
    public AgeWindow Durations => _durations;

    internal void Run(Frame frame, TimeProvider time)
    {
        var started = time.GetTimestamp();
        process(frame);
        _durations.Add(time.GetElapsedTime(started).TotalMilliseconds);
        Interlocked.Increment(ref _processed);
        _ages.Add(time.GetElapsedTime(frame.Info.CapturedTicks).TotalMilliseconds);
    }

    internal void CountFailure() => Interlocked.Increment(ref _failed);
}
