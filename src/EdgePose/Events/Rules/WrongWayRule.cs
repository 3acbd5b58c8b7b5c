using System.Numerics;
using EdgePose.Domain;

namespace EdgePose.Events.Rules;

/// <summary>A person walks against the direction of a zone: more than 120 degrees away from it, and not slower than <see cref="RuleOptions.Speed"/>.</summary>
internal sealed class WrongWayRule(RuleOptions options, int slot, ZoneMonitor? zone) : PersonRule(options, slot, zone)
{
    /// <summary>The walk is judged over at least this time, which irons out the steps, and at most the other.</summary>
    private const long LeastSpan = 795_000, MostSpan = 1_605_000;

    /// <summary>Minus the cosine of 120 degrees.</summary>
    private const float Against = 0.5f;

    private readonly Vector2 _direction = options.Direction;

    protected override EventType Type => EventType.WrongWay;
    protected override string EndBecause => "no longer walking the wrong way";

    protected override bool IsInZone(Person person) => true;

    // A: speed against the direction, in picture heights a second.
    protected override Cause Judge(EventContext context, Person person, ref RuleState state)
    {
        if (Zone is not null && !Zone.Holds(person)) { return Cause.No; }
        if (!TryGetVelocity(person.Trail, context.Now, person.Foot, out var velocity)) { return Cause.Unknown; }
        var right = Vector2.Normalize(_direction with { X = _direction.X * context.Aspect });
        var against = -Vector2.Dot(velocity, right);
        if (against < Options.Speed || against < Against * velocity.Length()) { return Cause.No; }
        state.A = against;
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

    protected override string Because(Person person, in RuleState state, long lasted) => FormattableString.Invariant(
        $"walks against the direction at {state.A:0.00} picture heights a second for {lasted / (double)Instant.PerSecond:0.0} s");
}
