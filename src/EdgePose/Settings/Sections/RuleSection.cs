using System.Numerics;
using EdgePose.Settings.Yaml;

namespace EdgePose.Settings.Sections;

/// <summary>The section <c>rules</c> of a stream. Every key is read for every type, so that there is one definition of it; a key that has no effect is warned about.</summary>
internal static class RuleSection
{
    private const int Most = 64;
    private static readonly Doc ByType = new("") { Default = "by type" }, AsInEvents = new("") { Default = "as in events" };
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    private static readonly (string Word, RuleType Type, string Keys)[] Types =
    [
        ("zone", RuleType.Zone, "zone after end_after"),
        ("occupancy", RuleType.Occupancy, "zone after end_after"),
        ("line", RuleType.Line, "line crossing after"),
        ("dwell", RuleType.Dwell, "zone after end_after update_every"),
        ("crowding", RuleType.Crowding, "zone count after end_after update_every"),
        ("fall", RuleType.Fall, "zone angle speed after end_after update_every"),
        ("lying", RuleType.Lying, "zone angle after end_after update_every"),
        ("hand_raised", RuleType.HandRaised, "zone hand height after end_after update_every"),
        ("wrong_way", RuleType.WrongWay, "zone direction speed after end_after update_every"),
    ];

    private static readonly string[] Everywhere = ["type", "cooldown", "min_age", "min_score", "schedule"];

    public static IReadOnlyList<RuleConfig> Read(Section s, EventsConfig events, IReadOnlyList<string> zones, IReadOnlyList<string> lines)
    {
        var all = new List<RuleConfig>();
        foreach (var entry in s.Names("fallen"))
        {
            if (!Scalars.IsId(entry.Key) || entry.Key == "stream") { s.Error(entry, "a rule's name is " + (Section.CheckId(entry.Key) ?? "not \"stream\", which names lost and restored streams")); }
            if (One(s.Sub(entry), entry, events, zones, lines) is { } rule) { all.Add(rule); }
        }
        if (s.Names().Count > Most) { s.Error("", $"more than {Most} rules"); }
        s.Done();
        return all.Count == 0 ? Array.Empty<RuleConfig>() : all;
    }

    private static RuleConfig? One(Section s, YamlEntry entry, EventsConfig events, IReadOnlyList<string> zones, IReadOnlyList<string> lines)
    {
        var word = s.Word("type", [.. Types.Select(t => t.Word)]);
        var (_, type, own) = Types.FirstOrDefault(t => t.Word == word, Types[0]);
        var d = Defaults.Of(type);
        TimeSpan Time(string key, TimeSpan fallback) => s.Duration(key, fallback, TimeSpan.Zero, Day, ByType);
        var schedules = events.Schedules.Select(x => x.Name).ToList();
        var rule = new RuleConfig
        {
            Name = entry.Key, Type = type,
            Zone = s.Reference("zone", "zone", zones), Line = s.Reference("line", "line", lines),
            After = Time("after", d.After), EndAfter = Time("end_after", d.EndAfter),
            UpdateEvery = Time("update_every", d.UpdateEvery), Cooldown = Time("cooldown", d.Cooldown),
            MinAge = s.Duration("min_age", events.MinAge, TimeSpan.Zero, TimeSpan.FromMinutes(1), AsInEvents),
            MinScore = s.Number("min_score", events.MinScore, 0, 1, AsInEvents),
            Schedule = s.List("schedule", [], schedules, t => schedules.Contains(t) ? null : schedules.Count == 0 ? "a name under events.schedules" : "one of " + string.Join(", ", schedules)),
            Crossing = s.Choice("crossing", LineCrossing.Both, ("both", LineCrossing.Both), ("left_to_right", LineCrossing.LeftToRight), ("right_to_left", LineCrossing.RightToLeft)),
            Count = s.Integer("count", 5, 2, 200),
            Hand = s.Choice("hand", WhichHand.Any, ("any", WhichHand.Any), ("left", WhichHand.Left), ("right", WhichHand.Right), ("both", WhichHand.Both)),
            Height = s.Number("height", 0.5f, 0.1, 2),
            Angle = s.Number("angle", d.Angle, 20, 80, ByType),
            Speed = s.Number("speed", d.Speed, 0.01, 5, ByType),
            Direction = s.Direction("direction", Vector2.UnitX),
        };
        if (word is not null) { CheckKeys(s, rule, word, own.Split(' ')); }
        s.Done();
        return word is null ? null : rule;
    }

    private static void CheckKeys(Section s, RuleConfig rule, string word, string[] own)
    {
        foreach (var key in Types.SelectMany(t => t.Keys.Split(' ')).Distinct().Except(own).Except(Everywhere))
        {
            if (s.Has(key)) { s.Warning(key, $"has no effect on a rule of type {word}"); }
        }
        if (rule.Type is RuleType.Zone or RuleType.Occupancy && !s.Contains("zone")) { s.Missing($"a rule of type {word} needs a zone"); }
        if (rule.Type == RuleType.Line && !s.Contains("line")) { s.Missing("a rule of type line needs a line"); }
        if (rule.Type == RuleType.WrongWay && !s.Contains("direction")) { s.Missing("a rule of type wrong_way needs a direction, the right way as [x, y]"); }
    }

    /// <summary>What a type takes when its key is absent.</summary>
    private sealed record Defaults(double AfterSeconds, double EndAfterSeconds, double UpdateSeconds, double CooldownSeconds, float Angle = 50, float Speed = 1.6f)
    {
        public TimeSpan After => TimeSpan.FromSeconds(AfterSeconds);
        public TimeSpan EndAfter => TimeSpan.FromSeconds(EndAfterSeconds);
        public TimeSpan UpdateEvery => TimeSpan.FromSeconds(UpdateSeconds);
        public TimeSpan Cooldown => TimeSpan.FromSeconds(CooldownSeconds);

        public static Defaults Of(RuleType type) => type switch
        {
            RuleType.Line => new(0.2, 0, 0, 0),
            RuleType.Dwell => new(30, 0, 30, 0),
            RuleType.Crowding => new(5, 2, 30, 10),
            RuleType.Fall => new(0.7, 2, 10, 10),
            RuleType.Lying => new(5, 2, 30, 10, Angle: 60),
            RuleType.HandRaised => new(0.5, 0.5, 0, 5),
            RuleType.WrongWay => new(0.5, 1, 0, 5, Speed: 0.05f),
            _ => new(0, 0, 0, 0),
        };
    }
}
