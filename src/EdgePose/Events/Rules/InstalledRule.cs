using EdgePose.Events.Scenes;
using EdgePose.Settings;

namespace EdgePose.Events.Rules;

/// <summary>A rule at work, with what it was made from.</summary>
/// <param name="Settings">As configured.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Site">Where it found its zone and its line.</param>
internal sealed record InstalledRule(RuleSettings Settings, IEventRule Rule, RuleSite Site)
{
    /// <summary>Whether the rule is what <paramref name="wanted"/> asks for, among these zones and lines.</summary>
    public bool IsStill(RuleSettings wanted, IReadOnlyList<ZoneMonitor> zones, IReadOnlyList<LineShape> lines) =>
        SameSettings.Are(Settings, wanted) && Site.UsedZones.All(zones.Contains) && Site.UsedLines.All(lines.Contains);
}
