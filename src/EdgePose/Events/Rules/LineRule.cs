using System.Numerics;
using EdgePose.Domain;

namespace EdgePose.Events.Rules;

/// <summary>
/// A person's foot point crosses a line segment. Sides count only beyond the margin, and the new one must hold for
/// <see cref="RuleOptions.After"/>; the way from side to side must cut the segment itself, not its continuation. Left and right are those
/// of somebody who walks in the picture from the line's first to its second point.
/// </summary>
internal sealed class LineRule(RuleOptions options, int slot, LineOptions line) : IEventRule
{
    private readonly long _after = Instant.Least(options.After), _cooldown = Instant.Least(options.Cooldown), _minAge = Instant.Least(options.MinAge);

    // Of a person's state: A = last signed distance, B = 1 when the last change of sign cut the segment, P = last foot point,
    // Mark = confirmed side (-1 left, 1 right, 0 none yet), T = since when measured, Since = since when on the other side,
    // LastTrue = a crossing that waits for the person's age.
    public void Update(EventContext context)
    {
        var (from, to) = (Scaled(line.From, context.Aspect), Scaled(line.To, context.Aspect));
        foreach (var person in context.People)
        {
            if (!person.Measured) { continue; }
            ref var state = ref person.States[slot];
            Follow(context, person, ref state, from, to);
            if (state.LastTrue != RuleState.Never) { Announce(context, person, ref state); }
        }
    }

    public void Forget(EventContext context, Person person, string reason)
    {
        // A crossing is over when it is announced.
    }

    public void Close(EventContext context, string reason)
    {
        // As above.
    }

    private void Follow(EventContext context, Person person, ref RuleState state, Vector2 from, Vector2 to)
    {
        var (along, foot) = (to - from, person.Foot);
        var length = along.Length();
        var distance = Cross(along, foot - from) / length;
        if (state.T != RuleState.Never && distance < 0 != state.A < 0)
        {
            var at = Vector2.Lerp(state.P, foot, state.A / (state.A - distance));
            var share = Vector2.Dot(at - from, along) / (length * length);
            state.B = share is >= 0 and <= 1 ? 1 : 0;
        }
        (state.A, state.P, state.T) = (distance, foot, context.Now);
        var side = MathF.Abs(distance) <= context.Options.Margin ? 0 : MathF.Sign(distance);
        if (state.Mark == 0 || side == state.Mark || side == 0)
        {
            if (state.Mark == 0) { state.Mark = side; }
            if (side != 0) { state.Since = RuleState.Never; }
            return;
        }
        if (state.Since == RuleState.Never) { state.Since = context.Now; }
        if (context.Now - state.Since < _after) { return; }
        (state.Mark, state.Since) = (side, RuleState.Never);
        if (state.B == 1) { state.LastTrue = context.Now; }
    }

    private void Announce(EventContext context, Person person, ref RuleState state)
    {
        if (context.Now - person.FirstSeen < _minAge) { return; }
        state.LastTrue = RuleState.Never;
        var wanted = options.Crossing switch { Crossing.LeftToRight => state.Mark > 0, Crossing.RightToLeft => state.Mark < 0, _ => true };
        if (!wanted || person.Score < options.MinScore || state.ReadyAt != RuleState.Never && context.Now < state.ReadyAt) { return; }
        if (options.Schedule is { } schedule && !schedule.IsOpen(context.Time)) { return; }
        var direction = state.Mark > 0 ? "left_to_right" : "right_to_left";
        state.ReadyAt = context.Now + _cooldown;
        context.Raise(new EventDraft(EventType.LineCross, EventPhase.Start, options.Name, context.NewKey(options.Name, person), $"crossed from {direction.Replace('_', ' ')}")
        {
            Line = line.Name, Direction = direction,
        }, person);
    }

    private static Vector2 Scaled(Vector2 point, float aspect) => point with { X = point.X * aspect };

    private static float Cross(Vector2 a, Vector2 b) => a.X * b.Y - a.Y * b.X;
}
