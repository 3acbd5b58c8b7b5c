using System.Diagnostics;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Ingest;

/// <summary>Lets the clock of a stream run ahead while the real processes that it starts keep their own speed.</summary>
internal static class FastClock
{
    /// <summary>
    /// Moves <paramref name="time"/> in small steps until the condition holds or the time has advanced by <paramref name="limit"/>; returns by
    /// how much it has advanced. A script takes a few milliseconds, which count as about a second.
    /// </summary>
    public static async Task<TimeSpan> RunAsync(ManualTime time, TimeSpan limit, Func<bool> until)
    {
        var start = time.GetTimestamp();
        var watch = Stopwatch.StartNew();
        while (!until() && time.GetElapsedTime(start) < limit)
        {
            time.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Delay(2);
            if (watch.Elapsed > TimeSpan.FromSeconds(60)) { Assert.Fail($"the clock has advanced by only {time.GetElapsedTime(start)}"); }
        }
        return time.GetElapsedTime(start);
    }
}
