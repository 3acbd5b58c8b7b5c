using EdgePose.Domain;

namespace EdgePose.Events.Rules;

/// <summary>
/// A person comes down fast and stays down. Fast: within the last moments the shoulders sank by <see cref="LeastDrop"/> torso lengths or
/// more, at <see cref="RuleOptions.Speed"/> torso lengths a second or more. Down: lying across the picture or foreshortened.
/// Somebody who sits down stays upright, who bends keeps the hips high, and who lies down by themselves is slow.
/// </summary>
internal sealed class FallRule(RuleOptions options, int slot, ZoneMonitor? zone) : PersonRule(options, slot, zone)
{
    /// <summary>From standing the shoulders sink by some 2.2 torsos, from a chair by 1.4; sitting down is 0.9.</summary>
    private const float LeastDrop = 1;

    /// <summary>A fall from standing takes 0.5 to 1 s; the drop is looked for in this time before the body is down.</summary>
    private const long Window = 1_500_000;

    /// <summary>Speed is the mean over at least and at most these times, so that one bad frame is no fall.</summary>
    private const long LeastSpan = 330_000, MostSpan = 1_050_000;

    /// <summary>After this long down, nothing of the fall is left to see.</summary>
    private const long Late = 1_200_000;

    private readonly Recumbence _lying = new(options.Angle);

    protected override EventType Type => EventType.Fall;
    protected override string EndBecause => "got up";

    // T: since when the body is down. A: speed of the fall, B: depth, in torso lengths; Mark: 1 = came down fast.
    protected override Cause Judge(EventContext context, Person person, ref RuleState state)
    {
        if (!person.Posture.IsKnown) { return Cause.Unknown; }
        var down = _lying.IsSideways(person, needsLegs: true) || Recumbence.IsForeshortened(person);
        if (!down)
        {
            if (state.Mark == 0 || !state.Active && context.Now - state.LastTrue > 500_000) { (state.T, state.Mark) = (RuleState.Never, 0); }
            return Cause.No;
        }
        if (state.T == RuleState.Never) { state.T = context.Now; }
        if (state.Mark == 0 && context.Now - state.T <= Late) { Look(context.Now, person, ref state); }
        return state.Mark == 1 ? Cause.Yes : Cause.No;
    }

    /// <summary>Looks for the drop. Before it, the shoulders were higher by definition; that the person was upright is not asked.</summary>
    private void Look(long now, Person person, ref RuleState state)
    {
        var (trail, torso, sunk) = (person.Trail, person.TorsoLength, person.Posture.Shoulders.Y);
        if (person.UprightTorso <= 0) { return; }
        var (depth, speed) = (0f, 0f);
        for (var i = 0; i < trail.Count; i++)
        {
            var from = trail[i];
            if (now - from.At > Window || float.IsNaN(from.Shoulders)) { continue; }
            depth = MathF.Max(depth, sunk - from.Shoulders);
            for (var j = i + 1; j < trail.Count; j++)
            {
                var (to, span) = (trail[j], trail[j].At - from.At);
                if (span > MostSpan) { break; }
                if (span >= LeastSpan && !float.IsNaN(to.Shoulders)) { speed = MathF.Max(speed, (to.Shoulders - from.Shoulders) * Instant.PerSecond / span); }
            }
        }
        if (depth < LeastDrop * torso || speed < Options.Speed * torso) { return; }
        (state.Mark, state.A, state.B) = (1, speed / torso, depth / torso);
    }

    protected override string Because(Person person, in RuleState state, long lasted) => FormattableString.Invariant(
        $"shoulders sank {state.B:0.0} torso lengths at {state.A:0.0} a second, torso {person.Posture.AngleDegrees:0} degrees from vertical, down for {lasted / (double)Instant.PerSecond:0.0} s");
}
