using System.Numerics;
using EdgePose.Domain;

namespace EdgePose.Events.Rules;

/// <summary>
/// A person comes down fast and stays down. Fast: around the moment in which the body was down, the shoulders sank by
/// <see cref="LeastDrop"/> torso lengths or more, and at <see cref="RuleOptions.Speed"/> torso lengths a second or more. Down: see <see cref="Recumbence"/>.
/// Somebody who sits down stays upright, who bends keeps the hips high, and who lies down by themselves is slow.
/// </summary>
internal sealed class FallRule(RuleOptions options, int slot, ZoneMonitor? zone) : PersonRule(options, slot, zone)
{
    /// <summary>From standing the shoulders sink by some 2.2 torsos, from a chair by 1.4; sitting down is 0.9.</summary>
    private const float LeastDrop = 1;

    /// <summary>The shoulders must also come this much nearer to the feet: a camera that pans or is hit moves both.</summary>
    private const float LeastApproach = 0.8f;

    /// <summary>A fall from standing takes 0.5 to 1 s; the drop is looked for from this long before the body is down to this long after.</summary>
    private const long Before = 1_005_000, AfterDown = 1_205_000;

    /// <summary>Speed is the mean over at least and at most these times, so that one bad frame is no fall.</summary>
    private const long LeastSpan = 330_000, MostSpan = 1_050_000;

    /// <summary>A body that was not down for this long has got up.</summary>
    private const float Up = 0.505f;

    private readonly Recumbence _lying = new(options.Angle);

    protected override EventType Type => EventType.Fall;
    protected override string EndBecause => "got up";

    // T: since when the body is down. P: torso length before, and seconds from T to when it was last down. Mark: 1 = came down fast,
    // then A = speed and B = depth of the fall in torso lengths.
    protected override Cause Judge(EventContext context, Person person, ref RuleState state)
    {
        if (!person.Posture.IsKnown) { return Cause.Unknown; }
        var now = context.Now;
        var torso = state.T == RuleState.Never ? person.Trail.LongestTorso(now - Before) : state.P.X;
        if (!_lying.IsTilted(person, torso, needsLegs: true) && !Recumbence.IsForeshortened(person.Posture, torso))
        {
            if (!state.Active && state.T != RuleState.Never && Seconds(now - state.T) - state.P.Y > Up) { (state.T, state.Mark) = (RuleState.Never, 0); }
            return Cause.No;
        }
        if (state.T == RuleState.Never) { (state.T, state.P) = (now, new Vector2(torso, 0)); }
        state.P.Y = Seconds(now - state.T);
        if (state.Mark == 0 && now - state.T <= AfterDown) { Look(person, ref state); }
        return state.Mark == 1 ? Cause.Yes : Cause.No;
    }

    /// <summary>Looks for the drop.</summary>
    private void Look(Person person, ref RuleState state)
    {
        var (trail, torso, sunk) = (person.Trail, state.P.X, person.Posture.Shoulders.Y);
        if (torso <= 0) { return; }
        var (depth, speed, apart) = (0f, 0f, 0f);
        for (var i = 0; i < trail.Count; i++)
        {
            var from = trail[i];
            if (from.At < state.T - Before || float.IsNaN(from.Shoulders)) { continue; }
            depth = MathF.Max(depth, sunk - from.Shoulders);
            apart = MathF.Max(apart, from.Foot.Y - from.Shoulders);
            for (var j = i + 1; j < trail.Count; j++)
            {
                var (to, span) = (trail[j], trail[j].At - from.At);
                if (span > MostSpan) { break; }
                if (span >= LeastSpan && !float.IsNaN(to.Shoulders)) { speed = MathF.Max(speed, (to.Shoulders - from.Shoulders) / Seconds(span)); }
            }
        }
        if (depth < LeastDrop * torso || speed < Options.Speed * torso || apart - (person.Foot.Y - sunk) < LeastApproach * torso) { return; }
        (state.Mark, state.A, state.B) = (1, speed / torso, depth / torso);
    }

    protected override string Because(Person person, in RuleState state, long lasted) => FormattableString.Invariant(
        $"shoulders sank {state.B:0.0} torso lengths at {state.A:0.0} a second, torso {person.Posture.AngleDegrees:0} degrees from vertical, down for {lasted / (double)Instant.PerSecond:0.0} s");

    private static float Seconds(long microseconds) => (float)microseconds / Instant.PerSecond;
}
