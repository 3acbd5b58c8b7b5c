using EdgePose.Domain;
using EdgePose.Events.Scenes;

namespace EdgePose.Events.Rules;

/// <summary>
/// A person lies: the torso is tilted and the hips are near the ground. Seen along the body's axis a lying person looks upright; such
/// views are not told apart.
/// </summary>
internal sealed class LyingRule(LyingRule.Settings settings, RuleSite site) : PersonRule<NoMemory>(settings, site)
{
    public static readonly EventType Lying = new("lying") { State = new EventState("Person lying", "safety"), HumanActivity = "Fallen" };

    public static readonly RuleKind Kind = new("lying", "lies, however that came about; not when seen along the body", [Lying], static keys => new Settings
    {
        Angle = keys.Angle(60),
    })
    { After = 5, EndAfter = 2, UpdateEvery = 30, Cooldown = 10 };

    private readonly Recumbence _lying = new(settings.Angle);

    protected override EventType Type => Lying;
    protected override string EndBecause => "no longer lying";

    protected override Cause Judge(EventContext context, Person person, bool active, ref NoMemory memory) =>
        !person.Posture.IsKnown ? Cause.Unknown : _lying.IsTilted(person, person.UprightTorso, needsLegs: false) ? Cause.Yes : Cause.No;

    protected override string Because(Person person, in NoMemory memory, long lasted) => FormattableString.Invariant(
        $"torso {person.Posture.AngleDegrees:0} degrees from vertical, lying for {lasted / (double)Instant.PerSecond:0.0} s");

    internal sealed record Settings : RuleSettings
    {
        /// <summary>Tilt of the torso from vertical that counts as lying, in degrees.</summary>
        public required float Angle { get; init; }

        public override RuleKind Kind => LyingRule.Kind;

        public override IEventRule Create(RuleSite site) => new LyingRule(this, site);
    }
}
