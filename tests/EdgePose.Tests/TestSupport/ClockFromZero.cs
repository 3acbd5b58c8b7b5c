namespace EdgePose.TestSupport;

/// <summary>A clock whose timestamps begin at zero, for tests that write them as numbers; those of its base begin at its date.</summary>
internal sealed class ClockFromZero() : FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
{
    public override long GetTimestamp() => base.GetTimestamp() - Start.Ticks;
}
