namespace EdgePose.Events.Rules;

/// <summary>Every kind of rule, in the order of the manual: the only list of them.</summary>
internal static class RuleKinds
{
    public static IReadOnlyList<RuleKind> All { get; } =
    [
        ZoneRule.Kind,
        OccupancyRule.Kind,
        LineRule.Kind,
        DwellRule.Kind,
        CrowdingRule.Kind,
        FallRule.Kind,
        LyingRule.Kind,
        HandRaisedRule.Kind,
        WrongWayRule.Kind,
    ];
}
