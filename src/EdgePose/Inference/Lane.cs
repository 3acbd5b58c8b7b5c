using EdgePose.Domain;

namespace EdgePose.Inference;

/// <summary>One stream as the inference thread sees it: where its frames wait and what is done with one.</summary>
internal sealed class Lane(string stream, FrameSlot slot, Action<Frame> process)
{
    private readonly AgeWindow _ages = new();
    private long _processed, _failed;

    public string Stream { get; } = stream;
    public FrameSlot Slot { get; } = slot;

    /// <summary>Frames that went through <c>process</c> without an exception.</summary>
    public long Processed => Interlocked.Read(ref _processed);

    /// <summary>Frames whose processing threw; counted, never published.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Ages of the latest processed frames, capture to end of processing.</summary>
    public AgeWindow Ages => _ages;

    internal void Run(Frame frame, TimeProvider time)
    {
        process(frame);
        Interlocked.Increment(ref _processed);
        _ages.Add(time.GetElapsedTime(frame.Info.CapturedTicks).TotalMilliseconds);
    }

    internal void CountFailure() => Interlocked.Increment(ref _failed);
}
