using EdgePose.Delivery;
using EdgePose.Domain;
using EdgePose.TestSupport;
using EdgePose.Tests.Sinks.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Delivery;

/// <summary>One outbox with several sinks.</summary>
public sealed class OutboxTests
{
    private static readonly OutboxSettings Options = new() { Node = "hall-pi", MaxRate = 1e6, QueueCapacity = 8 };

    private static async Task UntilAsync(Func<bool> condition)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), "it did not come to that");
            await Task.Delay(2);
        }
    }

    [Theory(DisableParallelization = true)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Poses_SteadyFlowToThreeSinks_AllocateNothingOnTheCaller(bool areHung)
    {
        var time = new FakeTimeProvider();
        ThrowingSink[] sinks = [new() { Name = "a" }, new() { Name = "b" }, new() { Name = "c" }];
        var never = new TaskCompletionSource();
        foreach (var sink in sinks) { sink.HoldPoses = areHung ? never.Task : Task.CompletedTask; }
        await using var outbox = new Outbox(Options, sinks, time, NullLogger<Outbox>.Instance, () => true);
        outbox.Start();
        var report = Samples.Report(time, 3);
        // Best of several rounds: how many messages are on their way at once, which decides how many the pool needs, is up to the other threads.
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            long allocated = 0;
            for (var i = 0; i < 1000; i++)
            {
                time.Advance(TimeSpan.FromTicks(20));
                var before = GC.GetAllocatedBytesForCurrentThread();
                outbox.Poses(report);
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            }
            least = Math.Min(least, allocated);
        }
        never.SetResult();

        Assert.Equal(0, least);
    }

    [Fact]
    public async Task Poses_ForSeveralSinks_AreWrittenOnce()
    {
        ThrowingSink[] sinks = [new() { Name = "a" }, new() { Name = "b" }];
        await using var outbox = new Outbox(Options, sinks, TimeProvider.System, NullLogger<Outbox>.Instance, () => true);
        outbox.Start();
        outbox.Poses(Samples.Report(TimeProvider.System, 1));
        await UntilAsync(() => sinks.All(s => s.Bodies.Count == 1));
        Assert.Same(sinks[0].Bodies[0], sinks[1].Bodies[0]);
    }

    [Fact]
    public async Task SlowSink_LosesOldPosesWhileTheFastOneGetsEveryFrame()
    {
        var (slow, fast, gate) = (new ThrowingSink { Name = "slow" }, new ThrowingSink { Name = "fast" }, new TaskCompletionSource());
        slow.HoldPoses = gate.Task;
        await using var outbox = new Outbox(Options, [slow, fast], TimeProvider.System, NullLogger<Outbox>.Instance, () => true);
        outbox.Start();
        for (var i = 0; i < 100; i++)
        {
            outbox.Poses(Samples.Report(TimeProvider.System, 1, sequence: i));
            await UntilAsync(() => fast.Taken.Contains($"poses front {i}"));
        }
        gate.SetResult();
        await UntilAsync(() => slow.Taken.Contains("poses front 99"));

        var got = slow.Taken.Where(t => t.StartsWith("poses", StringComparison.Ordinal)).ToList();
        Assert.Equal(100, got.Count + outbox.Sinks[0].Stats.QueueFull);
        Assert.All(Enumerable.Range(92, 8), i => Assert.Contains($"poses front {i}", got));
        Assert.Equal(0, outbox.Sinks[1].Stats.QueueFull);
    }

    [Fact]
    public async Task Sink_BecomesReadyAgain_GetsTheLastValueOfEverythingOnce()
    {
        var sink = new ThrowingSink { Name = "a" };
        await using var outbox = new Outbox(Options, [sink], TimeProvider.System, NullLogger<Outbox>.Instance, () => true);
        outbox.Start();
        outbox.SetZone("front", "hall", 2);
        await UntilAsync(() => sink.Taken.Contains("Zone front 2"));
        sink.Host!.Report(new SinkStatus("lost", "gone", false));
        outbox.SetZone("front", "hall", 3);
        outbox.SetZone("front", "hall", 4);
        var before = sink.Taken.Count;
        sink.Host.Report(new SinkStatus("connected", "", true));

        await UntilAsync(() => sink.Taken.Count == before + 2);
        Assert.Equal(["Availability  online", "Zone front 4"], sink.Taken.Skip(before));
        Assert.Equal(1, outbox.Sinks[0].Stats.Reconnects);
    }

    [Fact]
    public async Task TakeOver_ANewSinkIsToldEverythingThatTheFormerOneKnew()
    {
        var (former, next) = (new ThrowingSink { Name = "a" }, new ThrowingSink { Name = "a" });
        await using var before = new Outbox(Options, [former], TimeProvider.System, NullLogger<Outbox>.Instance, () => true);
        before.Start();
        before.SetZone("front", "hall", 2);
        before.SetZone("front", "gone", 1);
        await UntilAsync(() => former.Taken.Contains("Zone front 1"));
        await using var after = new Outbox(Options, [next], TimeProvider.System, NullLogger<Outbox>.Instance, () => true);
        after.TakeOver(before);
        after.RemoveZone("front", "gone");
        await before.StopAsync(CancellationToken.None);
        after.Start();
        await UntilAsync(() => next.Taken.Count == 3);
        Assert.Equal(["Availability  online", "Zone front ", "Zone front 2"], next.Taken.Order());
    }

    [Fact]
    public async Task SetRate_OtherRate_CountsAtOnceForKnownAndNewStreams()
    {
        var (sink, time) = (new ThrowingSink { Name = "a" }, new FakeTimeProvider());
        await using var outbox = new Outbox(Options, [sink], time, NullLogger<Outbox>.Instance, () => true);
        outbox.Start();
        void Offer() { for (var i = 0; i < 3; i++) { time.Advance(TimeSpan.FromMilliseconds(1)); outbox.Poses(Samples.Report(time, 1, sequence: i)); } }
        Offer();
        await UntilAsync(() => sink.Bodies.Count == 3);
        outbox.SetRate(0.01);
        Offer();
        Assert.Equal(2, outbox.Sinks[0].Stats.RateLimited);
        outbox.SetRate(0);
        Offer();
        Assert.Equal(2, outbox.Sinks[0].Stats.RateLimited);
        await UntilAsync(() => sink.Bodies.Count == 4);
    }

    [Fact]
    public async Task Ended_OnlyWhenEverySinkHasEnded()
    {
        ThrowingSink[] sinks = [new() { Name = "a" }, new() { Name = "b" }];
        await using var outbox = new Outbox(Options, sinks, TimeProvider.System, NullLogger<Outbox>.Instance, () => true);
        outbox.Start();
        sinks[0].Host!.End("closed");
        Assert.False(outbox.Ended.IsCompleted);
        sinks[1].Host!.End("closed");
        await outbox.Ended.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal("closed", outbox.Sinks[0].Status.State);
    }
}
