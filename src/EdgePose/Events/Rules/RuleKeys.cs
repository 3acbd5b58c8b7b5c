using System.Numerics;
using EdgePose.Settings;

namespace EdgePose.Events.Rules;

/// <summary>Reads the keys of one rule: those of every rule with the defaults of its kind, and those that the kind declares itself.</summary>
/// <param name="section">The rule in the file.</param>
/// <param name="kind">Its kind.</param>
/// <param name="names">What it may refer to.</param>
internal sealed class RuleKeys(Section section, RuleKind kind, RuleNames names)
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    public RuleSettings Read(string name)
    {
        var zone = Zone();
        return Common(Own() with { Name = name, Zone = zone });
    }

    public string Zone()
    {
        if (kind.Zone == ZoneUse.None) { return ""; }
        if (kind.Zone == ZoneUse.Required) { Require("zone", "a zone"); }
        return section.Reference("zone", "zone", names.Zones, new Doc("""
            Name of a zone of this stream: only people there. The types zone and occupancy need one; for the others no zone is the whole
            picture.
            """) { Example = "hall" });
    }

    public RuleSettings Own() => kind.Read(this);

    public RuleSettings Common(RuleSettings own) => own with
    {
        After = Time("after", kind.After, "How long the condition must hold before the event starts."),
        EndAfter = kind.EndAfter is { } end ? Time("end_after", end, "How long the condition must be over before the event ends.") : default,
        UpdateEvery = kind.UpdateEvery is { } update ? Time("update_every", update, "Time between updates of an event that goes on; 0s = none.") : default,
        Cooldown = Time("cooldown", kind.Cooldown, "After an event the same person (or zone) starts no other one of this rule for this long."),
        MinAge = section.Duration("min_age", names.Shared.MinAge, TimeSpan.Zero, TimeSpan.FromMinutes(1), new Doc("""
            How long a person must have been known.
            """) { Default = "as in events", Example = "500ms" }),
        MinScore = section.Number("min_score", names.Shared.MinScore, 0, 1, new Doc("Smallest score of the person.") { Default = "as in events", Example = "0" }),
        Schedule = section.List("schedule", [], names.Schedules, CheckSchedule, doc: new Doc("""
            Names under events.schedules. The rule starts events only in these times; what has started goes on to its end.
            """) { Remark = "always", Example = "[night]" }),
    };

    public float Number(string key, float fallback, double min, double max, Doc doc) => section.Number(key, fallback, min, max, doc);

    public int Integer(string key, int fallback, int min, int max, Doc doc) => section.Integer(key, fallback, min, max, doc);

    public T Choice<T>(string key, T fallback, Words<T> words, Doc doc) where T : struct, Enum => section.Choice(key, fallback, words, doc);

    /// <summary>Tilt of the torso from vertical.</summary>
    public float Angle(float fallback) =>
        Number("angle", fallback, 20, 80, new Doc("Angle from vertical beyond which a torso is tilted.") { Unit = "degrees" });

    /// <summary>The name of a line; the rule cannot do without.</summary>
    public string Line()
    {
        Require("line", "a line");
        return section.Reference("line", "line", names.Lines, new Doc("Name of a line of this stream.") { Example = "door" });
    }

    /// <param name="key">Name of the key; the rule cannot do without.</param>
    /// <param name="what">What is missing when it is absent.</param>
    /// <param name="doc">What the manual says.</param>
    public Vector2 Direction(string key, string what, Doc doc)
    {
        Require(key, what);
        return section.Direction(key, Vector2.UnitX, doc);
    }

    private void Require(string key, string what)
    {
        if (!section.Contains(key)) { section.Missing($"a rule of type {kind.Word} needs {what}"); }
    }

    private TimeSpan Time(string key, double seconds, string text) =>
        section.Duration(key, TimeSpan.FromSeconds(seconds), TimeSpan.Zero, Longest, text);

    private string? CheckSchedule(string name) => names.Schedules.Contains(name) ? null
        : names.Schedules.Count == 0 ? "a name under events.schedules" : "one of " + string.Join(", ", names.Schedules);
}
