using EdgePose.Domain;
using EdgePose.Events.Scenes;

namespace EdgePose.Events.Rules;

/// <summary>Enter and leave: a person's foot point comes into a zone, or goes out of it.</summary>
internal sealed class ZoneRule(ZoneRule.Settings settings, RuleSite site) : PersonRule<NoMemory>(settings, site)
{
    /// <summary>The end of it is <see cref="Leave"/> under the same key.</summary>
    public static readonly EventType Enter = new("zone_enter") { EndName = "zone_leave" }, Leave = new("zone_leave");

    public static readonly RuleKind Kind = new("zone", "enters and leaves a zone", [Enter, Leave], static _ => new Settings())
    {
        Zone = ZoneUse.Required, UpdateEvery = null,
    };

    protected override EventType Type => Enter;
    protected override EventType EndType => Leave;
    protected override string EndBecause => "left the zone";

    protected override Cause Judge(EventContext context, Person person, bool active, ref NoMemory memory) => Zone!.Holds(person) ? Cause.Yes : Cause.No;

    protected override bool IsInZone(Person person) => true;

    protected override string Because(Person person, in NoMemory memory, long lasted) => "entered the zone";

    internal sealed record Settings : RuleSettings
    {
        public override RuleKind Kind => ZoneRule.Kind;

        public override IEventRule Create(RuleSite site) => new ZoneRule(this, site);
    }
}
