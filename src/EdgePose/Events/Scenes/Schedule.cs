namespace EdgePose.Events.Scenes;

/// <summary>One window of the week.</summary>
/// <param name="Days">Bit n = <see cref="DayOfWeek"/> n; the day on which the window begins.</param>
/// <param name="From">Local time of day at which it opens.</param>
/// <param name="To">Local time of day at which it closes; not after <paramref name="From"/> = on the next day.</param>
internal readonly record struct TimeWindow(int Days, TimeSpan From, TimeSpan To)
{
    public const int EveryDay = 0b111_1111;

    public bool Contains(DateTime local)
    {
        var time = local.TimeOfDay;
        if (From < To) { return IsOn(local.DayOfWeek) && time >= From && time < To; }
        return IsOn(local.DayOfWeek) && time >= From || IsOn((DayOfWeek)(((int)local.DayOfWeek + 6) % 7)) && time < To;
    }

    private bool IsOn(DayOfWeek day) => (Days & 1 << (int)day) != 0;
}

/// <summary>When a rule may start events: within any of its windows. Events that have started go on to their natural end.</summary>
internal sealed class Schedule(IReadOnlyList<TimeWindow> windows)
{
    public bool IsOpen(in Instant time)
    {
        var local = time.Local;
        for (var i = 0; i < windows.Count; i++)
        {
            if (windows[i].Contains(local)) { return true; }
        }
        return false;
    }
}
