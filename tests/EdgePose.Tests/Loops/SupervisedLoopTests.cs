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
}
