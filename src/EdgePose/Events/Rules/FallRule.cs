using EdgePose.Domain;
using EdgePose.Events.Scenes;

namespace EdgePose.Events.Rules;

/// <summary>
/// A person comes down fast and stays down. Fast: around the moment in which the body was down, the shoulders sank by
/// <see cref="LeastDrop"/> torso lengths or more, and at <see cref="Settings.Speed"/> torso lengths a second or more. Down: see <see cref="Recumbence"/>.
/// Somebody who sits down stays upright, who bends keeps the hips high, and who lies down by themselves is slow.
/// </summary>
internal sealed class FallRule(FallRule.Settings settings, RuleSite site) : PersonRule<FallRule.Memory>(settings, site)
{
    public static readonly EventType Fall = new("fall") { State = new EventState("Fall", "safety"), HumanActivity = "Fallen" };

    public static readonly RuleKind Kind = new("fall", "comes down fast and stays down", [Fall], static keys => new Settings
    {
        Angle = keys.Angle(50),
        Speed = keys.Number("speed", 1.6f, 0.01, 5, """
            Torso lengths per second at which the shoulders come down; people who lie down on purpose stay below 1.5.
            """),
    })
    { After = 0.7, EndAfter = 2, UpdateEvery = 10, Cooldown = 10 };

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

    private readonly Recumbence _lying = new(settings.Angle);

    protected override EventType Type => Fall;
    protected override string EndBecause => "got up";

    protected override Cause Judge(EventContext context, Person person, bool active, ref Memory memory)
    {
        if (!person.Posture.IsKnown) { return Cause.Unknown; }
        var now = context.Now;
        var torso = memory.IsDown ? memory.Torso : person.Trail.LongestTorso(now - Before);
        if (!_lying.IsTilted(person, torso, needsLegs: true) && !Recumbence.IsForeshortened(person.Posture, torso))
        {
            if (!active && memory.IsDown && Seconds(now - memory.DownSince) - memory.DownFor > Up) { memory = default; }
            return Cause.No;
        }
        if (!memory.IsDown) { memory = new Memory { IsDown = true, DownSince = now, Torso = torso }; }
        memory.DownFor = Seconds(now - memory.DownSince);
        if (!memory.CameDownFast && now - memory.DownSince <= AfterDown) { LookForDrop(person, ref memory); }
        return memory.CameDownFast ? Cause.Yes : Cause.No;
    }

    private void LookForDrop(Person person, ref Memory memory)
    {
        var (trail, torso, sunk) = (person.Trail, memory.Torso, person.Posture.Shoulders.Y);
        if (torso <= 0) { return; }
        var (depth, speed, apart) = (0f, 0f, 0f);
        for (var i = 0; i < trail.Count; i++)
        {
            var from = trail[i];
            if (from.At < memory.DownSince - Before || float.IsNaN(from.Shoulders)) { continue; }
            depth = MathF.Max(depth, sunk - from.Shoulders);
            apart = MathF.Max(apart, from.Foot.Y - from.Shoulders);
            for (var j = i + 1; j < trail.Count; j++)
            {
                var (to, span) = (trail[j], trail[j].At - from.At);
                if (span > MostSpan) { break; }
                if (span >= LeastSpan && !float.IsNaN(to.Shoulders)) { speed = MathF.Max(speed, (to.Shoulders - from.Shoulders) / Seconds(span)); }
            }
        }
        if (depth < LeastDrop * torso || speed < settings.Speed * torso || apart - (person.Foot.Y - sunk) < LeastApproach * torso) { return; }
        memory.CameDownFast = true;
        memory.Speed = speed / torso;
        memory.Depth = depth / torso;
    }

    protected override string Because(Person person, in Memory memory, long lasted) => FormattableString.Invariant(
        $"shoulders sank {memory.Depth:0.0} torso lengths at {memory.Speed:0.0} a second, torso {person.Posture.AngleDegrees:0} degrees from vertical, down for {lasted / (double)Instant.PerSecond:0.0} s");

    private static float Seconds(long microseconds) => (float)microseconds / Instant.PerSecond;

    internal sealed record Settings : RuleSettings
    {
        /// <summary>Tilt of the torso from vertical that counts as down, in degrees.</summary>
        public required float Angle { get; init; }

        /// <summary>Torso lengths per second by which the shoulders come down.</summary>
        public required float Speed { get; init; }

        public override RuleKind Kind => FallRule.Kind;

        public override IEventRule Create(RuleSite site) => new FallRule(this, site);
    }

    /// <summary>What is remembered of one person.</summary>
    internal struct Memory
    {
        /// <summary>Whether the body is down, since when, and how many seconds later it was last seen so.</summary>
        public bool IsDown;
        public long DownSince;
        public float DownFor;

        /// <summary>Torso length from before the body was down.</summary>
        public float Torso;

        /// <summary>Whether the body came down as in a fall; then how fast and how far, in torso lengths.</summary>
        public bool CameDownFast;
        public float Speed;
        public float Depth;
    }
}
