using System.Diagnostics;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Ingest;

/// <summary>Lets the pauses of a stream pass quickly, while the processes that it starts keep their own speed.</summary>
internal static class FastClock
{
    /// <summary>
    /// Moves <paramref name="time"/> in small steps until the condition holds or the time has advanced by <paramref name="limit"/>; returns by
    /// how much it has advanced. It stands still while the stream connects: scripts take as long as the machine lets them.
    /// </summary>
    public static async Task<TimeSpan> RunAsync(FakeTimeProvider time, RunningStream stream, TimeSpan limit, Func<bool> until)
    {
        var start = time.GetTimestamp();
        var watch = Stopwatch.StartNew();
        while (!until() && time.GetElapsedTime(start) < limit)
        {
            if (!stream.IsConnecting) { time.Advance(TimeSpan.FromMilliseconds(500)); }
            await Task.Delay(1);
            if (watch.Elapsed > TimeSpan.FromSeconds(90))
            {
                Assert.Fail($"the clock has advanced by only {time.GetElapsedTime(start)}; {stream.Status}; {string.Join(" | ", stream.Lines.TakeLast(10))}");
            }
        }
        return time.GetElapsedTime(start);
    }
}
