using EdgePose.Delivery.Spool;
using EdgePose.Delivery.Spool.Format;

namespace EdgePose.Tests.Delivery.Spool;

/// <summary>Size and age limits, and F35: clocks that jump.</summary>
public sealed class RetentionTests
{
    private static readonly Guid Kernel = Guid.NewGuid();

    [Fact]
    public void SizeLimit_TheOldestGo_EachLossIsNamedPerStream_AndTheLimitHolds()
    {
        var run = new SpoolRun(options: new SpoolSettings { Folder = SpoolRun.Folder, MaxBytes = 1 << 20 }).Open();
        for (var i = 0; i < 60; i++)
        {
            run.Append("a", 20, size: 1000);
            run.Append("b", 10, size: 1000);
            Assert.InRange(SegmentBytes(run), 0, run.Options.MaxBytes);
        }
        Assert.InRange(run.Spool.Stats().Bytes, run.Options.MaxBytes / 2, run.Options.MaxBytes);
        run.Drain();
        run.AssertBooksBalance();
        Assert.Equal(1800, run.Delivered.Count + run.Gaps.Sum(g => g.Count));
        foreach (var stream in new[] { "a", "b" })
        {
            var gaps = run.Gaps.Where(g => g.Stream == stream).ToList();
            Assert.All(gaps, g => Assert.Equal(LossReason.SizeLimit, g.Reason));
            Assert.Equal(1, run.Accepted.Where(a => a.Key.StartsWith(stream, StringComparison.Ordinal)).Count(a => a.Value == gaps.Min(g => g.First)));
            Assert.True(gaps.Max(g => g.Last) < run.Delivered.Where(d => d.Stream == stream).Min(d => d.Sequence));
        }
        Assert.Equal(run.Gaps.Sum(g => g.Count), run.Spool.Stats().Lost[LossReason.SizeLimit]);
    }

    [Fact]
    public void SizeLimit_AnnouncementsThatAreDroppedThemselves_AreMadeAgain()
    {
        var run = new SpoolRun(options: new SpoolSettings { Folder = SpoolRun.Folder, MaxBytes = 1 << 20 }).Open();
        for (var i = 0; i < 300; i++) { run.Append("a", 20, size: 1000); }
        run.Drain();
        run.AssertBooksBalance();
        Assert.Equal(6000, run.Delivered.Count + run.Gaps.Sum(g => g.Count));
        Assert.Equal(1, run.Gaps.Min(g => g.First));
        run.AssertEveryNumberIsKnown(run.Accepted.Values.Max());
    }

    [Fact]
    public void SizeLimit_WhatIsOutWhileItsSegmentGoes_ComesBackFromMemory()
    {
        var run = new SpoolRun(options: new SpoolSettings { Folder = SpoolRun.Folder, MaxBytes = 1 << 20 }).Open();
        run.Append("a", 40, size: 1000);
        run.Take();
        for (var i = 0; i < 40; i++) { run.Append("a", 40, size: 1000); }
        Assert.Equal(32, run.Reader.ReturnAll());
        run.Out.Clear();
        run.Drain();
        run.AssertBooksBalance();
        Assert.Equal(Enumerable.Range(1, 32).Select(n => (long)n), run.Delivered.Take(32).Select(d => d.Sequence));
        Assert.Equal(1640, run.Delivered.Count + run.Gaps.Sum(g => g.Count));
    }

    [Fact]
    public void AgeLimit_OldEventsGo_YoungOnesStay()
    {
        var run = Run();
        run.Append("a", 5);
        run.Time.Advance(TimeSpan.FromDays(4));
        run.Append("a", 5);
        run.Append("b", 1);
        run.Time.Advance(TimeSpan.FromDays(3) + TimeSpan.FromSeconds(2));
        run.RunOnce();
        Assert.Equal(5, run.Spool.Stats().Lost[LossReason.AgeLimit]);
        run.Drain();
        Assert.Equal(6, run.Delivered.Count);
        var gap = Assert.Single(run.Gaps);
        Assert.Equal(("a", LossReason.AgeLimit, 1, 5, 5), (gap.Stream, gap.Reason, gap.First, gap.Last, gap.Count));
        Assert.InRange(run.Time.GetUtcNow().ToUnixTimeMilliseconds() - gap.OldestMs, TimeSpan.FromDays(7).TotalMilliseconds, TimeSpan.FromDays(7).TotalMilliseconds + 5000);
    }

    [Fact]
    public void AgeLimit_RestartOfTheProcess_TimeGoesOn()
    {
        var run = Run();
        run.Append("a", 5);
        run.Time.Advance(TimeSpan.FromDays(4));
        run.Crash(d => d.PowerCut(new Random(1)));
        run.Time.Advance(TimeSpan.FromDays(3.1));
        run.Open();
        run.Drain();
        Assert.Empty(run.Delivered);
        Assert.Equal(5, run.Gaps.Sum(g => g.Count));
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public void AgeLimit_Reboot_TheWallClockCountsOnlyWhenItWasAndIsSynchronised(bool before, bool after, bool expires)
    {
        var run = Run();
        run.ClockIsSynced = before;
        run.Append("a", 5);
        run.RunOnce();
        run.Crash(d => d.PowerCut(new Random(1)));
        run.Time.Advance(TimeSpan.FromDays(8));
        run.ClockIsSynced = after;
        run.Options = run.Options with { KernelBoot = Guid.NewGuid() };
        run.Open();
        run.Drain();
        Assert.Equal(expires ? 0 : 5, run.Delivered.Count);
    }

    [Fact]
    public void Clock_WallJumps_ChangeNoAge()
    {
        var time = new JumpingTime();
        var clock = new SpoolClock(time, Kernel, () => true, null, 0);
        foreach (var wall in new[] { 3600.0, -3600, -50 * 365 * 86400.0, 20 * 365 * 86400.0 })
        {
            time.Wall = TimeSpan.FromSeconds(wall);
            time.Monotonic += TimeSpan.FromSeconds(10);
        }
        Assert.Equal(40, clock.Seconds, 0.001);
    }

    [Fact]
    public void Clock_StartIn1970_AfterAReboot_LosesNoEventAndCatchesUpOnceSynchronised()
    {
        var time = new JumpingTime { Wall = TimeSpan.FromDays(20_000), Monotonic = TimeSpan.FromHours(5) };
        var last = new ClockReading(1000, Kernel, 18_000_000, (long)TimeSpan.FromDays(20_000).TotalMilliseconds, true);
        time.Wall = TimeSpan.Zero;
        var synced = false;
        var clock = new SpoolClock(time, Guid.NewGuid(), () => synced, last, 0);
        Assert.Equal(1000, clock.Seconds, 0.001);
        time.Monotonic += TimeSpan.FromSeconds(30);
        Assert.Equal(1030, clock.Seconds, 0.001);
        // NTP has answered: two hours have passed since the last reading.
        (time.Wall, synced) = (TimeSpan.FromDays(20_000) + TimeSpan.FromHours(2), true);
        Assert.Equal(1000 + 7200, clock.Seconds, 0.001);
        // A step afterwards changes nothing any more.
        time.Wall += TimeSpan.FromDays(100);
        Assert.Equal(1000 + 7200, clock.Seconds, 0.001);
    }

    [Fact]
    public void Clock_SameKernel_FollowsTheMonotonicClockOverARestart()
    {
        var time = new JumpingTime { Wall = TimeSpan.FromDays(-3), Monotonic = TimeSpan.FromSeconds(500) };
        var clock = new SpoolClock(time, Kernel, () => true, new ClockReading(1000, Kernel, 400_000, 0, true), 0);
        Assert.Equal(1100, clock.Seconds, 0.001);
    }

    [Fact]
    public void Clock_NeverRunsBehindTheNewestRecord() =>
        Assert.Equal(5000, new SpoolClock(new JumpingTime(), Kernel, () => true, new ClockReading(100, Guid.NewGuid(), 0, 0, false), 5000).Seconds, 0.001);

    [Fact]
    public void KernelBoot_OfThisMachine_IsKnown() => Assert.NotEqual(Guid.Empty, SpoolClock.ReadKernelBoot());

    private static SpoolRun Run() => new SpoolRun(options: new SpoolSettings { Folder = SpoolRun.Folder, KernelBoot = Kernel }).Open();

    private static long SegmentBytes(SpoolRun run) =>
        run.Disk.Files.Where(f => f.EndsWith(SegmentHeader.Extension, StringComparison.Ordinal)).Sum(f => (long)run.Disk.Content(f).Length);

    private sealed class JumpingTime : TimeProvider
    {
        public TimeSpan Wall { get; set; }
        public TimeSpan Monotonic { get; set; }
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
        public override long GetTimestamp() => Monotonic.Ticks;
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + Wall;
    }
}
