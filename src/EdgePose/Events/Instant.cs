namespace EdgePose.Events;

/// <summary>A moment on both clocks. Durations come from <paramref name="Microseconds"/>, stamps and schedules from the others.</summary>
/// <param name="Microseconds">Monotonic.</param>
/// <param name="UtcMicroseconds">Since 1970-01-01 UTC.</param>
/// <param name="OffsetMinutes">Local time minus UTC at the camera, in minutes.</param>
internal readonly record struct Instant(long Microseconds, long UtcMicroseconds, int OffsetMinutes)
{
    public const long PerSecond = 1_000_000;

    public DateTimeOffset Utc => DateTimeOffset.UnixEpoch.AddTicks(UtcMicroseconds * TimeSpan.TicksPerMicrosecond);

    /// <summary>Wall-clock time where the camera hangs; its <see cref="DateTime.Kind"/> is unspecified.</summary>
    public DateTime Local => DateTimeOffset.UnixEpoch.DateTime.AddTicks(UtcMicroseconds * TimeSpan.TicksPerMicrosecond).AddMinutes(OffsetMinutes);

    public static long Of(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    public static TimeSpan Span(long microseconds) => TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
