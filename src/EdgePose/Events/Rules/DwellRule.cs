using EdgePose.Domain;
using EdgePose.Events.Scenes;

namespace EdgePose.Events.Rules;

/// <summary>Loitering: a person stays in a zone, or in the picture, for longer than allowed.</summary>
internal sealed class DwellRule(DwellRule.Settings settings, RuleSite site) : PersonRule<NoMemory>(settings, site)
{
    public static readonly EventType Dwell = new("dwell") { State = new EventState("Loitering", "motion") };

    public static readonly RuleKind Kind = new("dwell", "stays longer than after", [Dwell], static _ => new Settings()) { After = 30, UpdateEvery = 30 };

    protected override EventType Type => Dwell;
    protected override string EndBecause => "left the zone";

    protected override Cause Judge(EventContext context, Person person, bool active, ref NoMemory memory) =>
        Zone?.Holds(person) ?? true ? Cause.Yes : Cause.No;

    protected override bool IsInZone(Person person) => true;

    protected override string Because(Person person, in NoMemory memory, long lasted) =>
        FormattableString.Invariant($"has stayed for {lasted / (double)Instant.PerSecond:0.0} s");

    internal sealed record Settings : RuleSettings
    {
        public override RuleKind Kind => DwellRule.Kind;

        public override IEventRule Create(RuleSite site) => new DwellRule(this, site);
    }
}
