namespace EdgePose.Events.Scenes;

/// <summary>A moment on both clocks. Durations come from <paramref name="Microseconds"/>, stamps and schedules from the others.</summary>
/// <param name="Microseconds">Monotonic.</param>
/// <param name="UtcMicroseconds">Since 1970-01-01 UTC.</param>
/// <param name="OffsetMinutes">Local time minus UTC at the camera, in minutes.</param>
internal readonly record struct Instant(long Microseconds, long UtcMicroseconds, int OffsetMinutes)
{
    public const long PerSecond = 1_000_000;

    /// <summary>Earlier than every moment, in microseconds: it has not been.</summary>
    public const long Never = long.MinValue;

    public DateTimeOffset Utc => DateTimeOffset.UnixEpoch.AddTicks(UtcMicroseconds * TimeSpan.TicksPerMicrosecond);

    /// <summary>Wall-clock time where the camera hangs; its <see cref="DateTime.Kind"/> is unspecified.</summary>
    public DateTime Local => DateTimeOffset.UnixEpoch.DateTime.AddTicks(UtcMicroseconds * TimeSpan.TicksPerMicrosecond).AddMinutes(OffsetMinutes);

    /// <summary>
    /// What a limit may differ by, in microseconds. Limits are often whole numbers of frames, and times of frames are rounded: without it a
    /// microsecond would decide whether an event starts a frame earlier.
    /// </summary>
    public const long Slack = 5_000;

    /// <summary>A time that must have passed, in microseconds.</summary>
    public static long Least(TimeSpan time) => Math.Max(0, Of(time) - Slack);

    /// <summary>A time that must not be exceeded, in microseconds.</summary>
    public static long Most(TimeSpan time) => Of(time) + Slack;

    public static long Of(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    public static TimeSpan Span(long microseconds) => TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
