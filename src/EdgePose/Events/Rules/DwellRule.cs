using EdgePose.Domain;

namespace EdgePose.Events.Rules;

/// <summary>Loitering: a person stays in a zone, or in the picture, for longer than allowed.</summary>
internal sealed class DwellRule(RuleOptions options, int slot, ZoneMonitor? zone) : PersonRule(options, slot, zone)
{
    protected override EventType Type => EventType.Dwell;
    protected override string EndBecause => "left the zone";

    protected override Cause Judge(EventContext context, Person person, ref RuleState state) => Zone?.Holds(person) ?? true ? Cause.Yes : Cause.No;

    protected override bool IsInZone(Person person) => true;

    protected override string Because(Person person, in RuleState state, long lasted) =>
        FormattableString.Invariant($"has stayed for {lasted / (double)Instant.PerSecond:0.0} s");
}
