using EdgePose.Domain;

namespace EdgePose.Events.Rules;

/// <summary>
/// A person lies: the torso is tilted and the body is wider than high. Seen along the body's axis a lying person looks upright; such
/// views are not told apart.
/// </summary>
internal sealed class LyingRule(RuleOptions options, int slot, ZoneMonitor? zone) : PersonRule(options, slot, zone)
{
    private readonly Recumbence _lying = new(options.Angle);

    protected override EventType Type => EventType.Lying;
    protected override string EndBecause => "no longer lying";

    protected override Cause Judge(EventContext context, Person person, ref RuleState state) =>
        !person.Posture.IsKnown ? Cause.Unknown : _lying.IsSideways(person, needsLegs: false) ? Cause.Yes : Cause.No;

    protected override string Because(Person person, in RuleState state, long lasted) => FormattableString.Invariant(
        $"torso {person.Posture.AngleDegrees:0} degrees from vertical, lying for {lasted / (double)Instant.PerSecond:0.0} s");
}

/// <summary>The geometry of lying that the rules for lying and falling share. Lengths are measured in the person's own torso length.</summary>
internal sealed class Recumbence(float angleDegrees)
{
    /// <summary>Shoulders to feet of a standing person are 2.7 torsos high, of a bending one 1.8, of one who lies aslant at most this.</summary>
    private const float MostHeight = 1.8f;

    /// <summary>Without legs in view, hips farther above the lower edge of the box belong to somebody who stands or sits.</summary>
    private const float MostHipHeight = 0.7f;

    private readonly float _cosine = MathF.Cos(angleDegrees * (MathF.PI / 180));

    /// <summary>The torso is tilted, and the body lies across the picture.</summary>
    public bool IsSideways(Person person, bool needsLegs)
    {
        var (posture, torso) = (person.Posture, person.TorsoLength);
        if (posture.Uprightness > _cosine || posture.Height > MostHeight * torso) { return false; }
        if (!posture.HasLegs && (needsLegs || person.Box.Y2 - posture.Hips.Y > MostHipHeight * torso)) { return false; }
        return posture.Width >= posture.Height || posture.Height <= torso && posture.HasLegs;
    }

    /// <summary>The body points at the camera or away from it: a torso much shorter than it was upright, and little height in all.</summary>
    public static bool IsForeshortened(Person person) =>
        person is { UprightTorso: > 0, Posture: { HasLegs: true } posture }
        && posture.Torso <= 0.6f * person.UprightTorso && posture.Height <= 1.2f * person.UprightTorso;
}
