namespace EdgePose.TestSupport;

/// <summary>Counts what a steady state allocates on the calling thread.</summary>
internal static class Allocations
{
    public const int Rounds = 3;

    /// <summary>
    /// Bytes of the best of three rounds. What is allocated per frame shows in every round; what the runtime allocates once on this thread,
    /// when it exchanges a method's first code for the optimised one, does not.
    /// </summary>
    public static long OfBestRound(Action round)
    {
        var least = long.MaxValue;
        for (var i = 0; i < Rounds; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            round();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
