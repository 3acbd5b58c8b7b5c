using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Service.Observe;

/// <summary>One processed frame, for whoever wants each of them; read on the inference thread, during the call only.</summary>
/// <param name="Frame">Identity and time of capture.</param>
/// <param name="People">People that were published.</param>
/// <param name="Age">Capture to end of processing.</param>
/// <param name="Clock">What each stage took.</param>
internal readonly record struct FrameFacts(FrameInfo Frame, int People, TimeSpan Age, StageClock Clock);

/// <summary>Watches the frames of one stream on their way over the inference thread. Allocates nothing per frame.</summary>
internal sealed class StreamObserver(string stream, StageClock clock, Metrics metrics, TimeProvider time)
{
    private readonly KeyValuePair<string, object?> _label = new(Metrics.StreamLabel, stream);
    private volatile int _people;
    private volatile string _lastError = "";

    /// <summary>People in the last processed frame.</summary>
    public int People => _people;

    /// <summary>The latest reason of a state that was not empty; redacted before it gets here.</summary>
    public string LastError => _lastError;

    /// <summary>Called for each processed frame on the inference thread; null = nobody listens.</summary>
    public Action<FrameFacts>? Listener { get; set; }

    public void Note(StreamStatus status)
    {
        if (status.Reason.Length > 0) { _lastError = status.Reason; }
    }

    public void Begin() => clock.Begin();

    public void Enter(FrameStage stage) => clock.Enter(stage);

    /// <summary>The frame is done; one that failed is never reported here.</summary>
    public void End(in FrameInfo frame, int people)
    {
        clock.End();
        _people = people;
        // The times of a recording that is read as fast as possible run ahead of the clock.
        var age = TimeSpan.FromTicks(Math.Max(0, time.GetElapsedTime(frame.CapturedTicks).Ticks));
        metrics.Processed(_label, age, clock);
        Listener?.Invoke(new FrameFacts(frame, people, age, clock));
    }
}
