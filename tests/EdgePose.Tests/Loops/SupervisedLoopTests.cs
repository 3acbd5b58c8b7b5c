using EdgePose.Loops;
using EdgePose.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Loops;

public sealed class SupervisedLoopTests
{
    private static Supervision Supervision(TimeProvider time) => new("test", time, NullLogger.Instance);

    [Fact]
    public async Task Body_ThatThrows_BeginsAnewUntilItReturns()
    {
        var (calls, supervision) = (0, Supervision(TimeProvider.System));
        using var loop = new SupervisedLoop("loop", _ => ++calls < 4 ? throw new InvalidOperationException("defect") : Task.CompletedTask, supervision, TimeProvider.System);
        loop.Start();
        await loop.Completion.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((4, 3), (calls, supervision.Faults));
    }

    [Fact]
    public async Task Body_ThatThrowsACancellationOfItsOwn_BeginsAnew()
    {
        var calls = 0;
        using var loop = new SupervisedLoop(
            "loop", _ => ++calls < 2 ? throw new OperationCanceledException("not ours") : Task.CompletedTask, Supervision(TimeProvider.System), TimeProvider.System);
        loop.Start();
        await loop.Completion.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task Cancel_WhileItRunsOrWaits_EndsIt()
    {
        using var running = new SupervisedLoop("loop", stop => Task.Delay(Timeout.Infinite, stop), Supervision(TimeProvider.System), TimeProvider.System);
        using var waiting = new SupervisedLoop("loop", _ => throw new InvalidOperationException("defect"), Supervision(TimeProvider.System), TimeProvider.System);
        running.Start();
        waiting.Start();
        running.Cancel();
        waiting.Cancel();
        await Task.WhenAll(running.Completion, waiting.Completion).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(running.Completion.IsCompletedSuccessfully && waiting.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Waits_WidenWhileItKeepsFailing()
    {
        var (calls, time) = (0, new FakeTimeProvider());
        using var loop = new SupervisedLoop("loop", _ => { Interlocked.Increment(ref calls); throw new InvalidOperationException("defect"); }, Supervision(time), time);
        loop.Start();
        var waits = new List<double>();
        for (var n = 1; n <= 6; n++)
        {
            for (var i = 0; i < 5000 && Volatile.Read(ref calls) < n; i++) { await Task.Delay(1); }
            var began = time.GetTimestamp();
            // The delay is asked for on another thread: the clock moves in small steps until the next call.
            while (Volatile.Read(ref calls) == n)
            {
                time.Advance(TimeSpan.FromMilliseconds(20));
                await Task.Delay(1);
            }
            waits.Add(time.GetElapsedTime(began).TotalSeconds);
        }
        loop.Cancel();
        await loop.Completion;
        Assert.True(waits[5] > 4 * waits[0], string.Join(" ", waits));
    }

    private static async Task StepAsync(FakeTimeProvider time, Func<bool> until)
    {
        for (var i = 0; i < 100_000 && !until(); i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1);
        }
        Assert.True(until());
    }

    [Fact]
    public async Task VitalLoopThatKeepsFailing_IsToldToHealthAndThenToTheWatchdog_UntilItIsWellAgain()
    {
        var (time, isBroken) = (new FakeTimeProvider(), true);
        var supervision = Supervision(time);
        using var loop = new SupervisedLoop("loop", stop => isBroken ? throw new InvalidOperationException("defect") : Task.Delay(Timeout.Infinite, stop), supervision, time, isVital: true);
        using var minor = new SupervisedLoop("minor", _ => throw new InvalidOperationException("defect"), supervision, time);
        Assert.Equal(LoopState.Idle, loop.State);
        loop.Start();
        minor.Start();

        await StepAsync(time, () => loop.IsFailing && minor.IsFailing);
        Assert.False(loop.IsLost);
        Assert.Contains("test: loop fails again and again, the log says why", supervision.Problems);
        await StepAsync(time, () => loop.IsLost);
        Assert.False(minor.IsLost);
        Assert.True(loop.Restarts >= 3);

        isBroken = false;
        await StepAsync(time, () => loop is { IsFailing: false, IsLost: false, State: LoopState.Running });
        Assert.DoesNotContain(supervision.Problems, p => p.Contains(" loop ", StringComparison.Ordinal));
        loop.Cancel();
        await loop.Completion;
        Assert.Equal(LoopState.Ended, loop.State);
    }

    [Fact]
    public async Task Supervision_KnowsItsLoopsUntilTheyAreDisposed()
    {
        var supervision = Supervision(TimeProvider.System);
        var loop = new SupervisedLoop("loop", stop => Task.Delay(Timeout.Infinite, stop), supervision, TimeProvider.System);
        Assert.Equal([loop], supervision.Loops);
        loop.Start();
        loop.Dispose();
        await loop.Completion;
        Assert.Empty(supervision.Loops);
    }

    [Fact]
    public async Task OnThread_RunsOnAThreadOfThatName_AndOnANewOneAfterAFailure()
    {
        var (threads, supervision) = (new System.Collections.Concurrent.ConcurrentQueue<(string? Name, int Id)>(), Supervision(TimeProvider.System));
        using var loop = SupervisedLoop.OnThread(
            "loop",
            stop =>
            {
                threads.Enqueue((Thread.CurrentThread.Name, Environment.CurrentManagedThreadId));
                if (threads.Count < 3) { throw new InvalidOperationException("defect"); }
                stop.WaitHandle.WaitOne();
                stop.ThrowIfCancellationRequested();
            },
            supervision, TimeProvider.System, "my-thread");
        loop.Start();
        while (threads.Count < 3) { await Task.Delay(5); }
        loop.Cancel();
        await loop.Completion.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.All(threads, t => Assert.Equal("my-thread", t.Name));
        Assert.Equal((2L, LoopState.Ended), (supervision.Faults, loop.State));
    }

    [Fact]
    public void Timer_WhoseWorkThrows_GoesOn()
    {
        var (time, calls) = (new FakeTimeProvider(), 0);
        var supervision = Supervision(time);
        using var timer = supervision.NewTimer("work", () => { calls++; throw new InvalidOperationException("defect"); }, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        for (var i = 0; i < 5; i++) { time.Advance(TimeSpan.FromSeconds(1)); }
        Assert.Equal((5, 5L), (calls, supervision.Faults));
    }
}
