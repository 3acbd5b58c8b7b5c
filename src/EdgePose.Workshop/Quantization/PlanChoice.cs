using EdgePose.Workshop.Quantization.Accuracy;

namespace EdgePose.Workshop.Quantization;

/// <summary>Which groups of a network stay in float.</summary>
internal static class PlanChoice
{
    /// <summary>The groups, and the ranking where it was made.</summary>
    public static (IReadOnlyList<string> FloatGroups, IReadOnlyList<GroupCost> Costs) Of(Candidates candidates, QuantizeRequest request)
    {
        bool IsWithin(IReadOnlyList<string> groups) => candidates.Examine(groups).Judge(request.Limits) == Outcome.Accepted;
        if (request.Plan == PlanKind.Auto)
        {
            var ranked = candidates.Rank();
            // With more than half of the groups in float the float model is the better choice.
            return (PlanSearch.Find([.. ranked.Select(c => c.Group)], candidates.Quantizable.Count / 2, IsWithin).FloatGroups, ranked);
        }
        var groups = request.Plan == PlanKind.File ? request.PlanGroups : [];
        return (groups, IsWithin(groups) ? [] : candidates.Rank());
    }
}
