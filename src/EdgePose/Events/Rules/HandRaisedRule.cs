using EdgePose.Domain;

namespace EdgePose.Events.Rules;

/// <summary>A wrist is held above its shoulder by more than <see cref="RuleOptions.Height"/> torso lengths, by a person who does not lie.</summary>
internal sealed class HandRaisedRule(RuleOptions options, int slot, ZoneMonitor? zone) : PersonRule(options, slot, zone)
{
    /// <summary>A hand that is up stays up until it is below this part of the height.</summary>
    private const float Hysteresis = 0.6f;

    /// <summary>Cosine of 60 degrees: over a torso that is tilted more, "above" does not mean raised.</summary>
    private const float LeastUprightness = 0.5f;

    private const int Left = 1, Right = 2;

    protected override EventType Type => EventType.HandRaised;
    protected override string EndBecause => "hand lowered";

    // Mark: the hands that are up. A: how far the higher one is, in torso lengths.
    protected override Cause Judge(EventContext context, Person person, ref RuleState state)
    {
        if (!person.Posture.IsKnown) { return Cause.Unknown; }
        var (joints, height) = (context.Joints, Options.Height * (state.Active ? Hysteresis : 1));
        var left = Lift(context, person, joints.LeftWrist, joints.LeftShoulder);
        var right = Lift(context, person, joints.RightWrist, joints.RightShoulder);
        var lying = person.Posture.Uprightness < LeastUprightness;
        var up = lying ? 0 : (left >= height ? Left : 0) | (right >= height ? Right : 0);
        var blind = !lying && Options.Hand switch
        {
            Hand.Left => float.IsNaN(left),
            Hand.Right => float.IsNaN(right),
            Hand.Both => float.IsNaN(left) || float.IsNaN(right),
            _ => up == 0 && (float.IsNaN(left) || float.IsNaN(right)),
        };
        if (blind) { return Cause.Unknown; }
        var wanted = Options.Hand switch { Hand.Left => up & Left, Hand.Right => up & Right, Hand.Both => up == (Left | Right) ? up : 0, _ => up };
        if (wanted == 0) { return Cause.No; }
        (state.Mark, state.A) = (wanted, MathF.Max(float.IsNaN(left) ? right : left, float.IsNaN(right) ? left : right));
        return Cause.Yes;
    }

    /// <summary>Height of a wrist above its shoulder in torso lengths; NaN when either was not found.</summary>
    private static float Lift(EventContext context, Person person, int wrist, int shoulder)
    {
        if (wrist < 0 || shoulder < 0) { return float.NaN; }
        var (w, s) = (person.Body!.Points[wrist], person.Body.Points[shoulder]);
        var seen = w.IsFound && s.IsFound && w.Score >= context.Options.JointThreshold && s.Score >= context.Options.JointThreshold;
        return seen ? (s.Y - w.Y) / person.TorsoLength : float.NaN;
    }

    protected override string DirectionOf(in RuleState state) => state.Mark switch { Left => "left", Right => "right", _ => "both" };

    protected override string Because(Person person, in RuleState state, long lasted) => FormattableString.Invariant(
        $"wrist {state.A:0.0} torso lengths above the shoulder for {lasted / (double)Instant.PerSecond:0.0} s");
}
