using EdgePose.Events.Scenes;

namespace EdgePose.Events.Rules;

/// <summary>What a rule finds in its stream by name. The names are right: the configuration's reader has checked them.</summary>
internal sealed class RuleSite(IReadOnlyList<ZoneMonitor> zones, IReadOnlyList<LineShape> lines, IReadOnlyList<ScheduleSettings> schedules)
{
    /// <summary>Null when <paramref name="name"/> is empty: the whole picture.</summary>
    public ZoneMonitor? Zone(string name) => name.Length == 0 ? null : zones.First(z => z.Name == name);

    public LineShape Line(string name) => lines.First(l => l.Name == name);

    /// <summary>Null when there are no <paramref name="names"/>: always.</summary>
    public Schedule? Schedule(IReadOnlyList<string> names) =>
        names.Count == 0 ? null : new Schedule([.. schedules.Where(s => names.Contains(s.Name)).Select(s => s.Window)]);
}
