using EdgePose.Domain;

namespace EdgePose.Events.Rules;

/// <summary>
/// A person lies: the torso is tilted and the hips are near the ground. Seen along the body's axis a lying person looks upright; such
/// views are not told apart.
/// </summary>
internal sealed class LyingRule(RuleOptions options, int slot, ZoneMonitor? zone) : PersonRule(options, slot, zone)
{
    private readonly Recumbence _lying = new(options.Angle);

    protected override EventType Type => EventType.Lying;
    protected override string EndBecause => "no longer lying";

    protected override Cause Judge(EventContext context, Person person, ref RuleState state) =>
        !person.Posture.IsKnown ? Cause.Unknown : _lying.IsTilted(person, person.UprightTorso, needsLegs: false) ? Cause.Yes : Cause.No;

    protected override string Because(Person person, in RuleState state, long lasted) => FormattableString.Invariant(
        $"torso {person.Posture.AngleDegrees:0} degrees from vertical, lying for {lasted / (double)Instant.PerSecond:0.0} s");
}
