using EdgePose.Settings;

namespace EdgePose.Networks.Scheduling;

/// <summary>What the scheduler has to know about a stream.</summary>
internal sealed record ScheduledStreamSettings
{
    /// <summary>Share of the device relative to the other streams; above 0.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Age past which a waiting frame of a live stream is dropped; null = two of the stream's intervals.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Frames per second that are asked of the source, until its real rate is known; 0 = unknown.</summary>
    public double ExpectedFps { get; init; }

    /// <param name="s">The section of a stream; its end is not checked here.</param>
    /// <param name="fps">Frames per second that are asked of the source.</param>
    public static ScheduledStreamSettings Read(Section s, double fps) => new()
    {
        Weight = s.Integer("priority", 1, 1, 100, """
            Share of the inference time while there is not enough for all. A stream of 3 gets three times the time of a stream of 1; while there is
            enough, the priority changes nothing.
            """),
        MaxAge = s.Duration("max_age", null, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1), new Doc("""
            A frame of a live source that has waited this long for inference is dropped and counted.
            """) { Default = "two frame intervals, at least 100ms", Example = "400ms" }),
        ExpectedFps = fps,
    };
}
