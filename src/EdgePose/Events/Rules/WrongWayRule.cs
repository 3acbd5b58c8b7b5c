using System.Numerics;
using EdgePose.Domain;
using EdgePose.Events.Scenes;

namespace EdgePose.Events.Rules;

/// <summary>A person walks against the direction of a zone: more than 120 degrees away from it, and not slower than <see cref="Settings.Speed"/>.</summary>
internal sealed class WrongWayRule(WrongWayRule.Settings settings, RuleSite site) : PersonRule<WrongWayRule.Memory>(settings, site)
{
    public static readonly EventType WrongWay = new("wrong_way") { State = new EventState("Wrong way", "problem") };

    public static readonly RuleKind Kind = new("wrong_way", "walks against direction", [WrongWay], static keys => new Settings
    {
        Direction = keys.Direction("direction", "a direction, the right way as [x, y]", "The right way as [x, y] in picture coordinates, of any length."),
        Speed = keys.Number("speed", 0.05f, 0.01, 5, "Picture heights per second."),
    })
    { After = 0.5, EndAfter = 1, Cooldown = 5 };

    /// <summary>The walk is judged over at least this time, which irons out the steps, and at most the other.</summary>
    private const long LeastSpan = 795_000, MostSpan = 1_605_000;

    /// <summary>Minus the cosine of 120 degrees.</summary>
    private const float Against = 0.5f;

    protected override EventType Type => WrongWay;
    protected override string EndBecause => "no longer walking the wrong way";

    protected override bool IsInZone(Person person) => true;

    protected override Cause Judge(EventContext context, Person person, bool active, ref Memory memory)
    {
        if (Zone is not null && !Zone.Holds(person)) { return Cause.No; }
        if (!TryGetVelocity(person.Trail, context.Now, person.Foot, out var velocity)) { return Cause.Unknown; }
        var right = Vector2.Normalize(settings.Direction with { X = settings.Direction.X * context.Aspect });
        var against = -Vector2.Dot(velocity, right);
        if (against < settings.Speed || against < Against * velocity.Length()) { return Cause.No; }
        memory.Speed = against;
        return Cause.Yes;
    }

    /// <summary>Mean velocity since the latest point that is old enough, in picture heights a second.</summary>
    private static bool TryGetVelocity(Trail trail, long now, Vector2 foot, out Vector2 velocity)
    {
        for (var i = trail.Count - 1; i >= 0; i--)
        {
            var span = now - trail[i].At;
            if (span < LeastSpan) { continue; }
            velocity = span <= MostSpan ? (foot - trail[i].Foot) * ((float)Instant.PerSecond / span) : default;
            return span <= MostSpan;
        }
        velocity = default;
        return false;
    }

    protected override string Because(Person person, in Memory memory, long lasted) => FormattableString.Invariant(
        $"walks against the direction at {memory.Speed:0.00} picture heights a second for {lasted / (double)Instant.PerSecond:0.0} s");

    internal sealed record Settings : RuleSettings
    {
        /// <summary>The right way, in picture coordinates; any length but zero.</summary>
        public required Vector2 Direction { get; init; }

        /// <summary>Picture heights per second.</summary>
        public required float Speed { get; init; }

        public override RuleKind Kind => WrongWayRule.Kind;

        public override IEventRule Create(RuleSite site) => new WrongWayRule(this, site);
    }

    /// <summary>What is remembered of one person.</summary>
    internal struct Memory
    {
        /// <summary>Speed against the direction when last judged, in picture heights a second.</summary>
        public float Speed;
    }
}
