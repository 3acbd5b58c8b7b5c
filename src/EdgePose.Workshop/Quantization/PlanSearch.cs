namespace EdgePose.Workshop.Quantization;

/// <summary>A set of groups that stay in float, and whether the accuracy is within the limits then.</summary>
internal sealed record Plan(IReadOnlyList<string> FloatGroups, bool IsWithin);

/// <summary>
/// Finds a small set of groups to keep in float. The groups come ranked, most harmful first: the shortest prefix within the limits is found
/// by doubling and halving, then each of its groups is tried without, least harmful first. Every step is an evaluation of the real model.
/// </summary>
internal static class PlanSearch
{
    /// <param name="ranked">Groups, most harmful first.</param>
    /// <param name="most">Groups that may stay in float at most: a model that is hardly quantized is none.</param>
    /// <param name="isWithin">Evaluates the model in which the given groups stay in float.</param>
    /// <returns>The plan, or the last one tried when even <paramref name="most"/> groups are not enough.</returns>
    public static Plan Find(IReadOnlyList<string> ranked, int most, Func<IReadOnlyList<string>, bool> isWithin)
    {
        most = Math.Min(most, ranked.Count);
        if (isWithin([])) { return new Plan([], true); }
        if (most == 0) { return new Plan([], false); }
        // fails < holds: prefixes that were tried.
        var (fails, holds) = (0, 1);
        while (!isWithin(Prefix(ranked, holds)))
        {
            if (holds == most) { return new Plan(Prefix(ranked, most), false); }
            (fails, holds) = (holds, Math.Min(2 * holds, most));
        }
        while (holds - fails > 1)
        {
            var middle = (fails + holds) / 2;
            if (isWithin(Prefix(ranked, middle))) { holds = middle; } else { fails = middle; }
        }
        return new Plan(Prune(Prefix(ranked, holds), isWithin), true);
    }

    // The last one of the prefix was just shown to be needed.
    private static List<string> Prune(string[] groups, Func<IReadOnlyList<string>, bool> isWithin)
    {
        var kept = groups.ToList();
        for (var i = groups.Length - 2; i >= 0; i--)
        {
            string[] without = [.. kept.Where(g => g != groups[i])];
            if (isWithin(without)) { kept.Remove(groups[i]); }
        }
        return kept;
    }

    private static string[] Prefix(IReadOnlyList<string> ranked, int count) => [.. ranked.Take(count)];
}
