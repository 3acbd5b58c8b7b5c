using System.Globalization;

namespace EdgePose.Workshop.Bench;

/// <summary>
/// How many streams the machine carries: every stream gets 97 % of its frames processed, and the oldest 1 % of them are at most two
/// intervals and one inference old. The first guess comes from the time that a frame takes on the inference thread; it is never the
/// answer: the answer is the largest number that was carried in a run of its own, with the next larger one tried as well.
/// </summary>
internal static class CapacitySearch
{
    private const int MostStreams = 64, MostRuns = 6;

    public static async Task<Capacity> RunAsync(
        LoadRun main, int guess, Func<int, Task<LoadRun>> runAsync)
    {
        var runs = new SortedDictionary<int, LoadRun> { [main.Streams] = main };
        for (var n = guess; n is >= 1 and <= MostStreams && runs.Count <= MostRuns; n = Next(runs))
        {
            if (!runs.ContainsKey(n)) { runs[n] = await runAsync(n).ConfigureAwait(false); }
        }
        var best = runs.Values.LastOrDefault(r => r.Carried);
        var tried = string.Join(", ", runs.Values.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Streams} {(r.Carried ? "carried" : "not carried")}")));
        var how = $"first guess {guess} from the time per frame, then runs: {tried}";
        return best is null
            ? new Capacity(0, main.Fps, runs.Values.First().FrameAgeMs.P99, how)
            : new Capacity(best.Streams, best.Fps, best.FrameAgeMs.P99, how);
    }

    /// <summary>Streams whose frames fill nine tenths of the inference thread's time.</summary>
    public static int Guess(LoadRun main)
    {
        var perSecond = main.ServiceMs.Mean > 0 ? 1000 / main.ServiceMs.Mean : 0;
        return Math.Clamp((int)(0.9 * perSecond / main.Fps), 1, MostStreams);
    }

    /// <summary>The neighbour of the border that is not known yet; 0 = the border is known.</summary>
    internal static int Next(SortedDictionary<int, LoadRun> runs)
    {
        var carried = runs.Where(r => r.Value.Carried).Select(r => r.Key).DefaultIfEmpty(0).Max();
        var failed = runs.Where(r => !r.Value.Carried && r.Key > carried).Select(r => r.Key).DefaultIfEmpty(MostStreams + 1).Min();
        if (failed - carried <= 1) { return 0; }
        // Upwards step by step, because the guess is good; downwards by halves, because it was bad.
        return failed > MostStreams ? carried + 1 : Math.Max(carried + 1, carried == 0 ? failed / 2 : failed - 1);
    }
}
