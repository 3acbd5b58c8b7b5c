using EdgePose.Domain;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.Scheduling;
using EdgePose.TestSupport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Networks.Scheduling;

public sealed class InferenceLoopTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static Frame NewFrame(Action<Frame>? release = null, long? ticks = null) =>
        new(1, 1, release) { Info = new FrameInfo("cam", 1, 0, ticks ?? TimeProvider.System.GetTimestamp(), default) };

    private static InferenceLoop Loop(
        IReadOnlyList<ScheduledStream> lanes, TimeProvider? time = null, ILogger<InferenceLoop>? logger = null, SchedulingSettings? options = null) =>
        new(lanes, time ?? TimeProvider.System, logger ?? NullLogger<InferenceLoop>.Instance, options);

    [Fact]
    public void Run_BusyStreamsOfEqualCost_TakesOneFrameOfEachInTurn()
    {
        var order = new List<int>();
        var time = new ClockFromZero();
        using var done = new ManualResetEventSlim();
        FrameSlot[] slots = [new(FullPolicy.NewestWins), new(FullPolicy.NewestWins), new(FullPolicy.NewestWins)];
        var lanes = slots.Select((slot, i) => new ScheduledStream($"s{i}", slot, _ => Take(i))).ToList();
        foreach (var slot in slots) { slot.Put(NewFrame(ticks: 0), CancellationToken.None); }
        using var loop = Loop(lanes, time);
        loop.Start();
        Assert.True(done.Wait(Limit));
        Assert.True(loop.Stop(Limit));
        for (var i = 0; i < 90; i += 3) { Assert.Equal([0, 1, 2], order.Slice(i, 3).Order()); }
        Assert.True(loop.HasEnded);

        void Take(int lane)
        {
            order.Add(lane);
            time.Advance(TimeSpan.FromMilliseconds(1));
            slots[lane].Put(new Frame(1, 1) { Info = new FrameInfo("cam", 1, order.Count, time.GetTimestamp(), default) }, CancellationToken.None);
            if (order.Count == 90) { done.Set(); }
        }
    }

    /// <summary>What is thrown beside a frame, here where its failure is told, would end the process with the thread.</summary>
    [Fact]
    public void Run_WhatIsThrownBesideAFrame_TheThreadComesBackAndTakesTheNext()
    {
        var taken = 0;
        using var done = new ManualResetEventSlim();
        using var slot = new FrameSlot(FullPolicy.NewestWins, () => { });
        var lane = new ScheduledStream("cam", slot, _ =>
        {
            if (Interlocked.Increment(ref taken) == 1) { throw new InvalidDataException("broken"); }
            done.Set();
        });
        using var loop = Loop([lane], logger: new ThrowingLogger());
        loop.Start();
        var released = 0;
        for (var i = 0; i < 2000 && !done.IsSet; i++)
        {
            if (slot.Account.Waiting == 0) { slot.Put(NewFrame(_ => Interlocked.Increment(ref released)), CancellationToken.None); }
            loop.Wake();
            done.Wait(10);
        }
        Assert.True(done.IsSet, "no frame was taken afterwards");
        Assert.Equal((1L, 1L), (loop.Supervision.Faults, loop.Supervision.Unlogged));
        Assert.True(loop.Stop(Limit) && loop.HasEnded);
        Assert.True(released >= 1);
    }

    private sealed class ThrowingLogger : ILogger<InferenceLoop>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("a logger with a defect");
    }

    [Fact]
    public void Run_OneStreamFails_CountsItAndServesTheOtherAndReleasesEveryFrameOnce()
    {
        const int Frames = 50;
        var (released, served) = (0, 0);
        using var done = new CountdownEvent(2 * Frames);
        var log = new CountingLogger();
        using var bad = new FrameSlot(FullPolicy.Wait, () => { });
        using var good = new FrameSlot(FullPolicy.Wait, () => { });
        var lanes = new List<ScheduledStream>
        {
            new("bad", bad, _ => { done.Signal(); throw new InvalidDataException("broken"); }),
            new("good", good, _ => { served++; done.Signal(); }),
        };
        using var loop = Loop(lanes, logger: log);
        loop.Start();
        for (var i = 0; i < Frames; i++)
        {
            foreach (var slot in new[] { bad, good })
            {
                slot.Put(NewFrame(_ => Interlocked.Increment(ref released)), CancellationToken.None);
                loop.Wake();
            }
        }
        Assert.True(done.Wait(Limit));
        Assert.True(loop.Stop(Limit));
        Assert.Equal((Frames, 0, Frames, 0, Frames), (lanes[0].Failed, lanes[0].Processed, lanes[1].Processed, lanes[1].Failed, served));
        Assert.Equal(2 * Frames, released);
        Assert.Equal(ExitCode.Model, lanes[0].NothingMeasured!.Code);
        Assert.Contains($"stream bad: none of its {Frames} frames could be processed, so nothing is known about people in them: InvalidDataException: broken", lanes[0].NothingMeasured!.Message, StringComparison.Ordinal);
        Assert.Null(lanes[1].NothingMeasured);
        // Rate-limited: the first one at once, the others gathered.
        Assert.InRange(log.Errors, 1, Frames - 1);
    }

    [Fact]
    public async Task Wake_SleepingLoop_ServesTheFrameWithoutWaitingForItsPoll()
    {
        using var served = new AutoResetEvent(false);
        InferenceLoop? loop = null;
        using var slot = new FrameSlot(FullPolicy.NewestWins, () => loop!.Wake());
        // On a busy machine the thread is late: a frame that is dropped for its age is never served.
        var patient = new ScheduledStreamSettings { MaxAge = TimeSpan.FromMinutes(1) };
        using (loop = Loop([new ScheduledStream("cam", slot, _ => served.Set(), patient)]))
        {
            loop.Start();
            // The poll alone would serve one in a second.
            var serving = Task.Run(() =>
            {
                for (var i = 0; i < 200; i++)
                {
                    slot.Put(NewFrame(), CancellationToken.None);
                    Assert.True(served.WaitOne(Limit));
                }
            });
            Assert.True(await Task.WhenAny(serving, Task.Delay(TimeSpan.FromSeconds(100))) == serving, "served by the poll");
            await serving;
        }
    }

    [Fact]
    public void Stop_NetworkThatHangs_ReturnsFalseAndTrueOnceItHasEnded()
    {
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var slot = new FrameSlot(FullPolicy.NewestWins);
        slot.Put(NewFrame(), CancellationToken.None);
        using var loop = Loop([new ScheduledStream("cam", slot, _ => { entered.Set(); release.Wait(Limit); })]);
        loop.Start();
        Assert.True(entered.Wait(Limit));
        Assert.False(loop.Stop(TimeSpan.FromMilliseconds(50)));
        Assert.False(loop.HasEnded);
        release.Set();
        Assert.True(loop.Stop(Limit));
        Assert.True(loop.HasEnded);
    }

    [Fact]
    public void SinceProgress_NetworkThatHangs_GrowsUntilItReturns()
    {
        var time = new ClockFromZero();
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var slot = new FrameSlot(FullPolicy.NewestWins);
        slot.Put(NewFrame(ticks: 0), CancellationToken.None);
        using var loop = Loop([new ScheduledStream("cam", slot, _ => { entered.Set(); release.Wait(Limit); })], time);
        loop.Start();
        Assert.True(entered.Wait(Limit));
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(TimeSpan.FromSeconds(20), loop.SinceProgress);
        release.Set();
        SpinWait.SpinUntil(() => loop.SinceProgress == TimeSpan.Zero, Limit);
        Assert.Equal(TimeSpan.Zero, loop.SinceProgress);
    }

    [Fact]
    public void Run_NoStreamAtAll_SleepsAndStops()
    {
        using var loop = Loop([]);
        loop.Start();
        Assert.True(loop.Stop(Limit));
    }

    [Theory(DisableParallelization = true)]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_SteadyState_AllocatesNothingPerFrame(bool sleepsInBetween)
    {
        const int Warm = 300, Frames = 1000;
        var (count, before, after) = (0, 0L, 0L);
        using var served = new AutoResetEvent(false);
        Frame[] frames = [NewFrame(), NewFrame()];
        InferenceLoop? loop = null;
        using var slot = new FrameSlot(FullPolicy.NewestWins, () => loop!.Wake());
        var lane = new ScheduledStream("cam", slot, _ => Count());
        using (loop = Loop([lane]))
        {
            loop.Start();
            for (var i = 0; i < (sleepsInBetween ? Warm + Frames + 1 : 1); i++)
            {
                slot.Put(frames[i % 2], CancellationToken.None);
                Assert.True(served.WaitOne(Limit));
            }
            Assert.True(loop.Stop(Limit));
        }
        Assert.Equal(Warm + Frames + 1, lane.Processed);
        // Less than a byte a frame: a lock makes its wait handle once in its life, at the first time that both sides meet.
        Assert.InRange(after - before, 0, sleepsInBetween ? Frames - 1 : 0);

        void Count()
        {
            if (count == Warm) { before = GC.GetAllocatedBytesForCurrentThread(); }
            if (count == Warm + Frames) { after = GC.GetAllocatedBytesForCurrentThread(); }
            var more = count++ < Warm + Frames;
            if (!sleepsInBetween && more) { slot.Put(frames[count % 2], CancellationToken.None); return; }
            served.Set();
        }
    }

    [Fact]
    public void Lane_ProcessedFrame_HasItsAgeAndDuration()
    {
        var time = new ClockFromZero();
        time.Advance(TimeSpan.FromSeconds(5));
        using var slot = new FrameSlot(FullPolicy.NewestWins);
        var lane = new ScheduledStream("cam", slot, _ => time.Advance(TimeSpan.FromMilliseconds(30)));
        using var frame = new Frame(1, 1) { Info = new FrameInfo("cam", 1, 0, TimeSpan.FromMilliseconds(4900).Ticks, default) };
        lane.Run(frame, time);
        Assert.Equal((130, 30, 1), (lane.Ages.Percentile(1), lane.Durations.Percentile(1), lane.Processed));
    }

    [Fact]
    public void Run_Networks_RunOnTheNamedThreadAndNeverOnThePool()
    {
        var network = new ThreadProbe();
        using var done = new ManualResetEventSlim();
        using var slot = new FrameSlot(FullPolicy.NewestWins);
        using var loop = Loop([new ScheduledStream("cam", slot, _ => { network.Bind(1, 8, 8).Run(); done.Set(); })]);
        slot.Put(NewFrame(), CancellationToken.None);
        loop.Start();
        Assert.True(done.Wait(Limit));
        Assert.Equal((InferenceLoop.ThreadName, false), (network.ThreadName, network.OnPool));
    }

    [Fact]
    public void IsHung_TwoMissedDeadlinesInARow_UntilARunSucceeds()
    {
        var (misses, released) = (false, 0);
        using var served = new AutoResetEvent(false);
        InferenceLoop? loop = null;
        using var slot = new FrameSlot(FullPolicy.NewestWins, () => loop!.Wake());
        var lane = new ScheduledStream("cam", slot, _ => { if (misses) { throw new RunDeadlineException("too long"); } });
        using (loop = Loop([lane]))
        {
            loop.Start();
            Assert.False(HungAfter(miss: true));
            Assert.False(HungAfter(miss: false));
            Assert.False(HungAfter(miss: true));
            Assert.True(HungAfter(miss: true));
            Assert.False(HungAfter(miss: false));
        }
        Assert.Equal((3, 3, 2, 5), (lane.Missed, lane.Failed, lane.Processed, released));

        bool HungAfter(bool miss)
        {
            misses = miss;
            slot.Put(NewFrame(_ => { released++; served.Set(); }), CancellationToken.None);
            Assert.True(served.WaitOne(Limit));
            return loop!.IsHung;
        }
    }

    [Fact]
    public void IsHung_RunThatDoesNotReturn_AfterThreeDeadlinesAndAtLeastFifteenSeconds()
    {
        var time = new ClockFromZero();
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var slot = new FrameSlot(FullPolicy.NewestWins);
        slot.Put(NewFrame(ticks: 0), CancellationToken.None);
        using var loop = Loop([new ScheduledStream("cam", slot, _ => { entered.Set(); release.Wait(Limit); })], time, options: new SchedulingSettings { RunDeadline = TimeSpan.FromSeconds(10) });
        loop.Start();
        Assert.True(entered.Wait(Limit));
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(loop.IsHung);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(loop.IsHung);
        release.Set();
    }

    [Fact]
    public void Load_BusyDevice_IsMeasuredAndLowersTheQualityOfItsStreams()
    {
        var time = new ClockFromZero();
        using var done = new ManualResetEventSlim();
        var frames = 0;
        FrameSlot? slot = null;
        ScheduledStream? lane = null;
        using (slot = new FrameSlot(FullPolicy.NewestWins))
        {
            lane = new ScheduledStream("cam", slot, _ =>
            {
                for (var i = 0; i < 3; i++)
                {
                    time.Advance(TimeSpan.FromMilliseconds(50));
                    slot.Put(NewFrame(ticks: time.GetTimestamp()), CancellationToken.None);
                }
                if (++frames == 40) { done.Set(); }
            });
            slot.Put(NewFrame(ticks: 0), CancellationToken.None);
            using var loop = Loop([lane], time);
            loop.Start();
            Assert.True(done.Wait(Limit));
            Assert.True(loop.Stop(Limit));
            Assert.InRange(loop.Load.Utilisation, 2.9, 3.1);
            Assert.InRange(loop.Load.Busy, 0.99, 1);
            Assert.Equal((loop.Load.Step, loop.Load.Step), (lane.Quality.Step, (int)loop.Load.Changes));
            Assert.InRange(loop.Load.Step, 3, Ladder.Last);
        }
    }

    private sealed class CountingLogger : ILogger<InferenceLoop>
    {
        public int Errors { get; private set; }
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // Where it failed is for whoever looks for it: no stack trace at any other level.
            if (logLevel == LogLevel.Debug)
            {
                Assert.NotNull(exception);
                return;
            }
            Assert.Equal((LogLevel.Error, 2001, (Exception?)null), (logLevel, eventId.Id, exception));
            Assert.Contains("stream=bad", formatter(state, exception), StringComparison.Ordinal);
            Errors++;
        }
    }

    /// <summary>Remembers the thread of its last run.</summary>
    private sealed class ThreadProbe : INetwork
    {
        public string? ThreadName { get; private set; }
        public bool OnPool { get; private set; }
        public ModelDescriptor Descriptor => throw new NotSupportedException();

        public Binding Bind(int batch, int height, int width) => new Probe(this, batch, height, width);

        private sealed class Probe(ThreadProbe owner, int batch, int height, int width) : Binding(batch, height, width, int32: false)
        {
            public override IReadOnlyList<OutputTensor> Outputs => [];

            public override void Run() => (owner.ThreadName, owner.OnPool) = (Thread.CurrentThread.Name, Thread.CurrentThread.IsThreadPoolThread);
        }
    }
}
