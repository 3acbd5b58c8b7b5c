using EdgePose.Networks.Preprocessing;

namespace EdgePose.Networks.Runtime;

/// <summary>The steps of a frame on the inference thread.</summary>
internal enum FrameStage
{
    /// <summary>From the frame to a network's input.</summary>
    Preprocess,

    /// <summary>Runs of the detector's network.</summary>
    Detector,

    /// <summary>Runs of the pose network.</summary>
    Pose,

    /// <summary>From a network's output to boxes or joints.</summary>
    Decode,
    Track,

    /// <summary>Making the message and handing it over; not its way to the broker.</summary>
    Publish,
}

/// <summary>
/// Divides the time of a frame among its stages: entering a stage ends the one before, so that the stages add up to the whole. One per
/// inference thread, which alone uses it; outside of a frame it does nothing. Allocates nothing.
/// </summary>
internal sealed class StageClock(TimeProvider time)
{
    public const int Stages = (int)FrameStage.Publish + 1;

    private readonly long[] _ticks = new long[Stages];
    private FrameStage _stage;
    private long _since;

    /// <summary>True between <see cref="Begin"/> and <see cref="End"/>.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Begins a frame, with pre-processing; one that was not ended is forgotten.</summary>
    public void Begin()
    {
        Array.Clear(_ticks);
        (_stage, _since, IsRunning) = (FrameStage.Preprocess, time.GetTimestamp(), true);
    }

    public void Enter(FrameStage stage)
    {
        if (!IsRunning) { return; }
        var now = time.GetTimestamp();
        _ticks[(int)_stage] += now - _since;
        (_stage, _since) = (stage, now);
    }

    public void End()
    {
        Enter(_stage);
        IsRunning = false;
    }

    /// <summary>What the current or last frame has spent in <paramref name="stage"/>; zero for a stage that it did not need.</summary>
    public TimeSpan this[FrameStage stage] => time.GetElapsedTime(0, _ticks[(int)stage]);
}
