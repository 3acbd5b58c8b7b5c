using EdgePose.Workshop.Quantization.Accuracy;

namespace EdgePose.Workshop.Quantization;

/// <summary>What one group of the network costs when it alone is quantized.</summary>
/// <param name="Group">Its name.</param>
/// <param name="SqnrDb">Of the worst output; null where outputs cannot be compared.</param>
/// <param name="ShiftPx">Mean shift of the joints in pixels of the network's input; null when nobody was found by both models.</param>
/// <param name="Agreement">See <see cref="Likeness.Agreement"/>.</param>
internal sealed record GroupCost(string Group, double? SqnrDb, double? ShiftPx, double Agreement);

/// <summary>
/// Ranks the groups by what each alone does to the outputs and to the decoded joints. Errors of groups add up nearly independently, so the
/// order also holds for the network as a whole; <see cref="PlanSearch"/> verifies it by the real evaluation.
/// </summary>
internal static class Sensitivity
{
    /// <summary>Measures each group.</summary>
    /// <param name="groups">Groups that are to be quantized.</param>
    /// <param name="onlyThis">Compares the float model with the one in which only the given group is quantized.</param>
    /// <param name="progress">Groups done.</param>
    /// <param name="stop">Ends the work early.</param>
    /// <returns>Most harmful first.</returns>
    public static IReadOnlyList<GroupCost> Rank(
        IReadOnlyList<string> groups, Func<string, Difference> onlyThis, IProgress<(int Done, int Total)> progress, CancellationToken stop)
    {
        var costs = new List<GroupCost>(groups.Count);
        foreach (var group in groups)
        {
            stop.ThrowIfCancellationRequested();
            var d = onlyThis(group);
            costs.Add(new GroupCost(group, d.SqnrDb, double.IsNaN(d.Likeness.MeanShift) ? null : d.Likeness.MeanShift, d.Likeness.Agreement));
            progress.Report((costs.Count, groups.Count));
        }
        return Order(costs);
    }

    /// <summary>
    /// By the mean of two ranks: that of the outputs' signal-to-noise ratio and that of the joints' shift. Either alone misleads: a tag map
    /// can be noisy and still group people, and an arg-max can stand still until it jumps.
    /// </summary>
    public static IReadOnlyList<GroupCost> Order(IReadOnlyList<GroupCost> costs)
    {
        var bySignal = Ranks(costs, c => c.SqnrDb ?? 0);
        var byShift = Ranks(costs, c => -(c.ShiftPx ?? double.MaxValue));
        return [.. costs.Select((cost, i) => (cost, Rank: bySignal[i] + byShift[i])).OrderBy(c => c.Rank).Select(c => c.cost)];
    }

    private static double[] Ranks(IReadOnlyList<GroupCost> costs, Func<GroupCost, double> value)
    {
        // Equal values share their rank, so that a measure that says nothing decides nothing.
        var sorted = costs.Select(value).Order().ToList();
        return [.. costs.Select(c => (sorted.IndexOf(value(c)) + sorted.LastIndexOf(value(c))) / 2.0)];
    }
}
