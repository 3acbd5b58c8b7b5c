using System.Diagnostics;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Ingest;

/// <summary>Lets the pauses of a stream pass quickly, while the processes that it starts keep their own speed.</summary>
internal static class FastClock
{
    /// <summary>
    /// Moves <paramref name="time"/> in small steps until the condition holds or the time has advanced by <paramref name="limit"/>; returns by
    /// how much it has advanced. It stands still while the stream connects, as scripts take as long as the machine lets them, and between the
    /// end of a pause and the next attempt.
    /// </summary>
    public static async Task<TimeSpan> RunAsync(FakeTimeProvider time, RunningStream stream, TimeSpan limit, Func<bool> until)
    {
        var start = time.GetTimestamp();
        var (watch, still) = (Stopwatch.StartNew(), Stopwatch.StartNew());
        while (!until() && time.GetElapsedTime(start) < limit)
        {
            // Who has said how long the pause is may not have begun it: then its end lies a little later than that.
            if (!stream.IsConnecting && (time.GetUtcNow() < stream.PauseEnds || still.ElapsedMilliseconds > 200))
            {
                time.Advance(TimeSpan.FromMilliseconds(500));
                still.Restart();
            }
            await Task.Delay(1);
            if (watch.Elapsed > TimeSpan.FromMinutes(5))
            {
                Assert.Fail($"the clock has advanced by only {time.GetElapsedTime(start)}; {stream.Status}; {string.Join(" | ", stream.Lines.TakeLast(10))}");
            }
        }
        return time.GetElapsedTime(start);
    }
}
