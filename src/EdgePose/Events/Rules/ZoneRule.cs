using EdgePose.Domain;

namespace EdgePose.Events.Rules;

/// <summary>Enter and leave: a person's foot point comes into a zone, or goes out of it.</summary>
internal sealed class ZoneRule(RuleOptions options, int slot, ZoneMonitor zone) : PersonRule(options, slot, zone)
{
    protected override EventType Type => EventType.ZoneEnter;
    protected override EventType EndType => EventType.ZoneLeave;
    protected override string EndBecause => "left the zone";

    protected override Cause Judge(EventContext context, Person person, ref RuleState state) => Zone!.Holds(person) ? Cause.Yes : Cause.No;

    protected override bool IsInZone(Person person) => true;

    protected override string Because(Person person, in RuleState state, long lasted) => "entered the zone";
}
