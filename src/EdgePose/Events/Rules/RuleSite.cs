using EdgePose.Events.Scenes;

namespace EdgePose.Events.Rules;

/// <summary>What a rule finds in its stream by name. The names are right: the configuration's reader has checked them.</summary>
internal sealed class RuleSite(IReadOnlyList<ZoneMonitor> zones, IReadOnlyList<LineShape> lines, IReadOnlyList<ScheduleSettings> schedules)
{
    private readonly List<ZoneMonitor> _zones = [];
    private readonly List<LineShape> _lines = [];

    /// <summary>What was asked for, and so what the rule depends on.</summary>
    public IReadOnlyList<ZoneMonitor> UsedZones => _zones;

    /// <inheritdoc cref="UsedZones"/>
    public IReadOnlyList<LineShape> UsedLines => _lines;

    /// <summary>Null when <paramref name="name"/> is empty: the whole picture.</summary>
    public ZoneMonitor? Zone(string name)
    {
        if (name.Length == 0) { return null; }
        var zone = zones.First(z => z.Name == name);
        _zones.Add(zone);
        return zone;
    }

    public LineShape Line(string name)
    {
        var line = lines.First(l => l.Name == name);
        _lines.Add(line);
        return line;
    }

    /// <summary>Null when there are no <paramref name="names"/>: always.</summary>
    public Schedule? Schedule(IReadOnlyList<string> names) =>
        names.Count == 0 ? null : new Schedule([.. schedules.Where(s => names.Contains(s.Name)).Select(s => s.Window)]);
}
