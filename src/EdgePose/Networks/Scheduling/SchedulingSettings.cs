using EdgePose.Settings;

namespace EdgePose.Networks.Scheduling;

/// <summary>How one device divides its time between the streams: a part of the section <c>inference</c>.</summary>
internal sealed record SchedulingSettings
{
    /// <summary>False keeps the full quality under any load; frames are dropped instead.</summary>
    public bool Adaptive { get; init; } = true;

    /// <summary>Demanded share of the inference thread above which quality is lowered, 0..1.</summary>
    public double TargetUtilisation { get; init; } = 0.8;

    /// <summary>95th percentile of the frame age, capture to end of processing, above which quality is lowered; null: frames may wait two intervals of their stream.</summary>
    public TimeSpan? TargetAge { get; init; }

    /// <summary>Longest duration of one run of a network; zero = not limited. Here it only says when the thread counts as hung.</summary>
    public TimeSpan RunDeadline { get; init; }

    /// <param name="s">The section <c>inference</c>; its end is not checked here.</param>
    /// <param name="runDeadline">As the section says for the runs themselves.</param>
    public static SchedulingSettings Read(Section s, TimeSpan runDeadline) => new()
    {
        Adaptive = s.Flag("adaptive", true, """
            Under load, true lowers the quality step by step and takes it back when the load ends: joints are measured in every second or third
            frame and predicted in between, then the detector runs less often, then the input becomes smaller, at last fewer people are measured.
            false only drops frames.
            """),
        TargetUtilisation = s.Number("target_utilisation", 0.8f, 0.1, 1, """
            Part of the inference time above which the quality is lowered; below three quarters of it the quality is raised again. A lower value
            keeps more in reserve; 1 has no reserve for a crowd.
            """),
        TargetAge = s.Duration("target_age", null, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1), new Doc("""
            The quality is also lowered when 5 % of the frames are older than this when they are done. Set it where something acts upon poses at
            once. The network's own time counts, so the value must be longer than that.
            """) { Default = "two frame intervals of waiting", Example = "300ms" }),
        RunDeadline = runDeadline,
    };
}
