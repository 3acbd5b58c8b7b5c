using System.Diagnostics;
using EdgePose.Domain;
using EdgePose.Events.Scenes;
using EdgePose.Settings;

namespace EdgePose.Events.Rules;

/// <summary>A wrist is held above its shoulder by more than <see cref="Settings.Height"/> torso lengths, by a person who does not lie.</summary>
internal sealed class HandRaisedRule(HandRaisedRule.Settings settings, RuleSite site) : PersonRule<HandRaisedRule.Memory>(settings, site)
{
    public static readonly EventType HandRaised = new("hand_raised") { State = new EventState("Hand raised") };

    private static readonly Words<Wanted> WantedWords =
        new(("any", Wanted.Any), ("left", Wanted.Left), ("right", Wanted.Right), ("both", Wanted.Both));

    public static readonly RuleKind Kind = new("hand_raised", "a wrist above its shoulder", [HandRaised], static keys => new Settings
    {
        Hand = keys.Choice("hand", Wanted.Any, WantedWords, "The hand that must be raised."),
        Height = keys.Number("height", 0.5f, 0.1, 2, new Doc("""
            How far above the shoulder the wrist must be. A telephone at the ear is at 0.35, an outstretched arm at 1.
            """) { Unit = "torso lengths" }),
    })
    { After = 0.5, EndAfter = 0.5, Cooldown = 5 };

    /// <summary>A hand that is up stays up until it is below this part of the height.</summary>
    private const float Hysteresis = 0.6f;

    /// <summary>Cosine of 60 degrees: over a torso that is tilted more, "above" does not mean raised.</summary>
    private const float LeastUprightness = 0.5f;

    protected override EventType Type => HandRaised;
    protected override string EndBecause => "hand lowered";

    protected override Cause Judge(EventContext context, Person person, bool active, ref Memory memory)
    {
        if (!person.Posture.IsKnown) { return Cause.Unknown; }
        var (joints, height) = (context.Joints, settings.Height * (active ? Hysteresis : 1));
        var left = Lift(context, person, joints.LeftWrist, joints.LeftShoulder);
        var right = Lift(context, person, joints.RightWrist, joints.RightShoulder);
        var lying = person.Posture.Uprightness < LeastUprightness;
        var up = lying ? Hands.None : (left >= height ? Hands.Left : 0) | (right >= height ? Hands.Right : 0);
        if (!lying && IsBlind(left, right, up)) { return Cause.Unknown; }
        var wanted = settings.Hand switch
        {
            Wanted.Any => up,
            Wanted.Left => up & Hands.Left,
            Wanted.Right => up & Hands.Right,
            Wanted.Both => up == Hands.Both ? up : Hands.None,
            _ => throw new UnreachableException($"hand {settings.Hand}"),
        };
        if (wanted == Hands.None) { return Cause.No; }
        memory.Up = wanted;
        memory.Height = MathF.Max(float.IsNaN(left) ? right : left, float.IsNaN(right) ? left : right);
        return Cause.Yes;
    }

    /// <summary>Whether a wrist that would tell was not found.</summary>
    private bool IsBlind(float left, float right, Hands up) => settings.Hand switch
    {
        Wanted.Any => up == Hands.None && (float.IsNaN(left) || float.IsNaN(right)),
        Wanted.Left => float.IsNaN(left),
        Wanted.Right => float.IsNaN(right),
        Wanted.Both => float.IsNaN(left) || float.IsNaN(right),
        _ => throw new UnreachableException($"hand {settings.Hand}"),
    };

    /// <summary>Height of a wrist above its shoulder in torso lengths; NaN when either was not found.</summary>
    private static float Lift(EventContext context, Person person, int wrist, int shoulder)
    {
        if (wrist < 0 || shoulder < 0) { return float.NaN; }
        var (w, s) = (person.Body!.Points[wrist], person.Body.Points[shoulder]);
        var seen = w.IsFound && s.IsFound && w.Score >= context.JointThreshold && s.Score >= context.JointThreshold;
        return seen ? (s.Y - w.Y) / person.TorsoLength : float.NaN;
    }

    protected override string DirectionOf(in Memory memory) => memory.Up switch
    {
        Hands.Left => "left",
        Hands.Right => "right",
        Hands.Both => "both",
        Hands.None => throw new UnreachableException("no hand is up in an event"),
        _ => throw new UnreachableException($"hands {memory.Up}"),
    };

    protected override string Because(Person person, in Memory memory, long lasted) => FormattableString.Invariant(
        $"wrist {memory.Height:0.0} torso lengths above the shoulder for {lasted / (double)Instant.PerSecond:0.0} s");

    internal enum Wanted { Any, Left, Right, Both }

    [Flags]
    internal enum Hands { None = 0, Left = 1, Right = 2, Both = Left | Right }

    internal sealed record Settings : RuleSettings
    {
        public required Wanted Hand { get; init; }

        /// <summary>How far a wrist must be above the shoulder, in torso lengths.</summary>
        public required float Height { get; init; }

        public override RuleKind Kind => HandRaisedRule.Kind;

        public override IEventRule Create(RuleSite site) => new HandRaisedRule(this, site);
    }

    /// <summary>What is remembered of one person: the hands that were last up, and how far the higher one was, in torso lengths.</summary>
    internal struct Memory
    {
        public Hands Up;
        public float Height;
    }
}
