using EdgePose.Settings;
using EdgePose.Settings.Yaml;

namespace EdgePose.Events.Scenes;

/// <summary>The section <c>events</c>: what all rules share, and the schedules.</summary>
internal sealed record EventsSettings
{
    private const int MostSchedules = 64;

    public static readonly Doc About = """
        What all rules share. The rules themselves stand in the streams, under rules. Coordinates are shares of the picture: 0 is left or top,
        1 is right or bottom. A person stands at the middle of the ankles, or else at the middle of the lower edge of the box.
        """;

    private static readonly EventsSettings Default = new();
    private static readonly string[] DayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// <summary>Whether lost and restored streams are events.</summary>
    public bool StreamState { get; init; } = true;

    /// <summary>Whether events carry joints at all.</summary>
    public bool Pose { get; init; } = true;

    /// <summary>Length of the skeleton history that a start carries; zero = none.</summary>
    public TimeSpan History { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Smallest joint score that counts as seen; null = the model's own.</summary>
    public float? JointScore { get; init; }

    /// <summary>Who is known for less, or was never above the score, is not counted in any zone.</summary>
    public TimeSpan MinAge { get; init; } = TimeSpan.FromMilliseconds(500);
    public float MinScore { get; init; }

    /// <summary>Width of the border of zones and lines inside which nothing changes, in picture heights.</summary>
    public float Margin { get; init; } = 0.015f;
    public TimeSpan EnterAfter { get; init; } = TimeSpan.FromMilliseconds(300);
    public TimeSpan LeaveAfter { get; init; } = TimeSpan.FromMilliseconds(500);
    public IReadOnlyList<ScheduleSettings> Schedules { get; init; } = [];

    public static EventsSettings Read(Section s)
    {
        var settings = new EventsSettings
        {
            StreamState = s.Flag("stream_state", Default.StreamState, "true announces lost and restored streams as events."),
            Pose = s.Flag("pose", Default.Pose, "false leaves the joints out of events."),
            History = s.Duration("history", Default.History, TimeSpan.Zero, TimeSpan.FromSeconds(10), """
                How much of the skeleton's movement before it an event carries, five moments a second; 0s = none.
                """),
            JointScore = s.Number("joint_score", Default.JointScore, 0, 1, new Doc("""
                Smallest score of a joint that counts as seen. Scores of different models are not comparable.
                """) { Default = "the model's own", Example = "0.3" }),
            MinAge = s.Duration("min_age", Default.MinAge, TimeSpan.Zero, TimeSpan.FromMinutes(1), """
                A person counts, and may start an event, after being known for this long. Longer keeps ghosts out and misses people who pass
                quickly.
                """),
            MinScore = s.Number("min_score", Default.MinScore, 0, 1, "Smallest score with which a person counts and may start an event."),
            Margin = s.Number("margin", Default.Margin, 0, 0.2, new Doc("""
                Nobody leaves a zone within this distance outside its border, and nobody crosses a line within this distance of it. Wider
                ignores more trembling and notices later.
                """) { Unit = "picture heights" }),
            EnterAfter = s.Duration("enter_after", Default.EnterAfter, TimeSpan.Zero, TimeSpan.FromMinutes(1), """
                How long a person must be inside before having entered a zone.
                """),
            LeaveAfter = s.Duration("leave_after", Default.LeaveAfter, TimeSpan.Zero, TimeSpan.FromMinutes(1), """
                How long a person must be outside before having left a zone.
                """),
            Schedules = ReadSchedules(s.Child("schedules", "Times of the week by name, for the key schedule of rules.")),
        };
        s.Done();
        return settings;
    }

    private static List<ScheduleSettings> ReadSchedules(Section s)
    {
        var all = new List<ScheduleSettings>();
        foreach (var entry in s.Names("night"))
        {
            if (!Scalars.IsId(entry.Key)) { s.Error(entry, "a schedule's name is " + Section.CheckId(entry.Key)); }
            all.Add(ReadSchedule(s.Sub(entry), entry));
        }
        if (all.Count > MostSchedules) { s.Error("", $"more than {MostSchedules} schedules"); }
        s.Done();
        return all;
    }

    private static ScheduleSettings ReadSchedule(Section s, YamlEntry entry)
    {
        var days = s.List(
            "days", DayNames, DayNames, static t => DayNames.Contains(t) ? null : "one of " + string.Join(", ", DayNames),
            doc: "Days on which the time begins.");
        var schedule = new ScheduleSettings(
            entry.Key, [.. days.Select(d => (DayOfWeek)((Array.IndexOf(DayNames, d) + 1) % 7))],
            s.TimeOfDay("from", "00:00", new Doc("Local time of day, such as 22:00.")),
            s.TimeOfDay("to", "24:00", new Doc("Local time of day; not after from = on the next day, such as 06:00.")));
        s.Done();
        return schedule;
    }
}

/// <summary>A window of the week in local time.</summary>
/// <param name="Name">Referred to by rules.</param>
/// <param name="Days">Days on which it begins.</param>
/// <param name="From">Time of day.</param>
/// <param name="To">Time of day; not after <paramref name="From"/> = on the next day.</param>
internal sealed record ScheduleSettings(string Name, IReadOnlyList<DayOfWeek> Days, TimeSpan From, TimeSpan To)
{
    public TimeWindow Window => new(Days.Aggregate(0, static (bits, day) => bits | 1 << (int)day), From, To);
}
