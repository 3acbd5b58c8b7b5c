using EdgePose.Settings.Yaml;

namespace EdgePose.Settings.Sections;

/// <summary>The sections <c>events</c> and <c>record</c>.</summary>
internal static class EventsSection
{
    private const int MostSchedules = 64;
    private static readonly string[] DayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    public static EventsConfig Read(Section s)
    {
        var config = new EventsConfig
        {
            StreamState = s.Flag("stream_state", true),
            Pose = s.Flag("pose", true),
            History = s.Duration("history", TimeSpan.FromSeconds(3), TimeSpan.Zero, TimeSpan.FromSeconds(10)),
            JointScore = s.Number("joint_score", null, 0, 1, new Doc("") { Default = "the model's own" }),
            MinAge = s.Duration("min_age", TimeSpan.FromMilliseconds(500), TimeSpan.Zero, TimeSpan.FromMinutes(1)),
            MinScore = s.Number("min_score", 0, 0, 1),
            Margin = s.Number("margin", 0.015f, 0, 0.2),
            EnterAfter = s.Duration("enter_after", TimeSpan.FromMilliseconds(300), TimeSpan.Zero, TimeSpan.FromMinutes(1)),
            LeaveAfter = s.Duration("leave_after", TimeSpan.FromMilliseconds(500), TimeSpan.Zero, TimeSpan.FromMinutes(1)),
            Schedules = Schedules(s.Child("schedules")),
        };
        s.Done();
        return config;
    }

    public static RecordConfig Record(Section s)
    {
        var config = new RecordConfig { Folder = s.File("folder"), MaxSize = s.Size("max_size", "64MiB", 1 << 20, 1L << 40) };
        s.Done();
        return config;
    }

    private static List<ScheduleConfig> Schedules(Section s)
    {
        var all = new List<ScheduleConfig>();
        foreach (var entry in s.Names("night"))
        {
            if (!Scalars.IsId(entry.Key)) { s.Error(entry, "a schedule's name is " + Section.CheckId(entry.Key)); }
            all.Add(Schedule(s.Sub(entry), entry));
        }
        if (all.Count > MostSchedules) { s.Error("", $"more than {MostSchedules} schedules"); }
        s.Done();
        return all;
    }

    private static ScheduleConfig Schedule(Section s, YamlEntry entry)
    {
        var days = s.List("days", DayNames, DayNames, static t => DayNames.Contains(t) ? null : "one of " + string.Join(", ", DayNames));
        var schedule = new ScheduleConfig(entry.Key, [.. days.Select(d => (DayOfWeek)((Array.IndexOf(DayNames, d) + 1) % 7))], s.TimeOfDay("from", "00:00"), s.TimeOfDay("to", "24:00"));
        s.Done();
        return schedule;
    }
}
