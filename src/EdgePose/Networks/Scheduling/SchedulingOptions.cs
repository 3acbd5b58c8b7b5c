namespace EdgePose.Networks.Scheduling;

/// <summary>How one device divides its time between the streams.</summary>
internal sealed record SchedulingOptions
{
    /// <summary>False keeps the full quality under any load; frames are dropped instead.</summary>
    public bool Adaptive { get; init; } = true;

    /// <summary>Demanded share of the inference thread above which quality is lowered, 0..1.</summary>
    public double TargetUtilisation { get; init; } = 0.8;

    /// <summary>95th percentile of the frame age, capture to end of processing, above which quality is lowered; null: frames may wait two intervals of their stream.</summary>
    public TimeSpan? TargetAge { get; init; }

    /// <summary>Longest duration of one run of a network; zero = not limited. Here it only says when the thread counts as hung.</summary>
    public TimeSpan RunDeadline { get; init; }
}

/// <summary>What the scheduler has to know about a stream.</summary>
internal sealed record ScheduledStreamOptions
{
    /// <summary>Share of the device relative to the other streams; above 0.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Age past which a waiting frame of a live stream is dropped; null = two of the stream's intervals.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Frames per second that are asked of the source, until its real rate is known; 0 = unknown.</summary>
    public double ExpectedFps { get; init; }
}
