using System.Diagnostics;
using System.Numerics;
using EdgePose.Domain;
using EdgePose.Events.Scenes;
using EdgePose.Settings;

namespace EdgePose.Events.Rules;

/// <summary>
/// A person's foot point crosses a line segment. Sides count only beyond the margin, and the new one must hold for
/// <see cref="RuleSettings.After"/>; the way from side to side must cut the segment itself, not its continuation. Left and right are those
/// of somebody who walks in the picture from the line's first to its second point.
/// </summary>
internal sealed class LineRule(LineRule.Settings settings, RuleSite site) : IEventRule
{
    /// <summary>Has no end.</summary>
    public static readonly EventType Crossed = new("line_cross") { EndName = "" };

    private static readonly Words<Way> WayWords = new(("both", Way.Both), ("left_to_right", Way.LeftToRight), ("right_to_left", Way.RightToLeft));

    public static readonly RuleKind Kind = new("line", "crosses a line", [Crossed], static keys => new Settings
    {
        Line = keys.Line(),
        Crossing = keys.Choice("crossing", Way.Both, WayWords, "Direction of the crossing, seen from the line's first to its second point."),
    })
    { Zone = ZoneUse.None, After = 0.2, EndAfter = null, UpdateEvery = null };

    private readonly long _after = Instant.Least(settings.After), _cooldown = Instant.Least(settings.Cooldown);
    private readonly long _minAge = Instant.Least(settings.MinAge);
    private readonly Schedule? _schedule = site.Schedule(settings.Schedule);
    private readonly LineShape _line = site.Line(settings.Line);
    private readonly PersonSlots<Memory> _memories = new(new Memory { BeyondSince = Instant.Never, ReadyAt = Instant.Never });

    public void Begin(Person person) => _memories.Begin(person);

    public void Update(EventContext context)
    {
        var (from, to) = (Scaled(_line.From, context.Aspect), Scaled(_line.To, context.Aspect));
        foreach (var person in context.People)
        {
            if (!person.Measured) { continue; }
            ref var memory = ref _memories[person];
            Follow(context, person, ref memory, from, to);
            if (memory.HasCrossed) { Announce(context, person, ref memory); }
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

    private void Follow(EventContext context, Person person, ref Memory memory, Vector2 from, Vector2 to)
    {
        var (along, foot) = (to - from, person.Foot);
        var length = along.Length();
        var distance = Cross(along, foot - from) / length;
        if (memory.IsMeasured && distance < 0 != memory.Distance < 0)
        {
            var at = Vector2.Lerp(memory.Foot, foot, memory.Distance / (memory.Distance - distance));
            var share = Vector2.Dot(at - from, along) / (length * length);
            memory.HasCutSegment = share is >= 0 and <= 1;
        }
        memory.IsMeasured = true;
        memory.Distance = distance;
        memory.Foot = foot;
        var side = MathF.Abs(distance) <= context.Margin ? 0 : MathF.Sign(distance);
        if (memory.Side == 0 || side == memory.Side || side == 0)
        {
            if (memory.Side == 0) { memory.Side = side; }
            if (side != 0) { memory.BeyondSince = Instant.Never; }
            return;
        }
        if (memory.BeyondSince == Instant.Never) { memory.BeyondSince = context.Now; }
        if (context.Now - memory.BeyondSince < _after) { return; }
        memory.Side = side;
        memory.BeyondSince = Instant.Never;
        if (memory.HasCutSegment) { memory.HasCrossed = true; }
    }

    private void Announce(EventContext context, Person person, ref Memory memory)
    {
        if (context.Now - person.FirstSeen < _minAge) { return; }
        memory.HasCrossed = false;
        var toRight = memory.Side > 0;
        if (!IsWanted(toRight) || person.Score < settings.MinScore || memory.ReadyAt != Instant.Never && context.Now < memory.ReadyAt) { return; }
        if (_schedule is { } schedule && !schedule.IsOpen(context.Time)) { return; }
        var direction = toRight ? "left_to_right" : "right_to_left";
        memory.ReadyAt = context.Now + _cooldown;
        var key = context.NewKey(settings.Name, person);
        context.Raise(new EventDraft(Crossed, EventPhase.Start, settings.Name, key, $"crossed from {direction.Replace('_', ' ')}")
        {
            Line = _line.Name, Direction = direction,
        }, person);
    }

    private bool IsWanted(bool toRight) => settings.Crossing switch
    {
        Way.Both => true,
        Way.LeftToRight => toRight,
        Way.RightToLeft => !toRight,
        _ => throw new UnreachableException($"crossing {settings.Crossing}"),
    };

    private static Vector2 Scaled(Vector2 point, float aspect) => point with { X = point.X * aspect };

    private static float Cross(Vector2 a, Vector2 b) => a.X * b.Y - a.Y * b.X;

    internal enum Way { Both, LeftToRight, RightToLeft }

    internal sealed record Settings : RuleSettings
    {
        /// <summary>Name of the line.</summary>
        public required string Line { get; init; }
        public required Way Crossing { get; init; }

        public override RuleKind Kind => LineRule.Kind;

        public override IEventRule Create(RuleSite site) => new LineRule(this, site);
    }

    /// <summary>What is remembered of one person.</summary>
    private struct Memory
    {
        /// <summary>Whether there is a last measurement: foot point and signed distance from the line.</summary>
        public bool IsMeasured;
        public Vector2 Foot;
        public float Distance;

        /// <summary>Whether the last way from one side to the other cut the segment itself.</summary>
        public bool HasCutSegment;

        /// <summary>The confirmed side: -1 left, 1 right, 0 none yet.</summary>
        public int Side;

        /// <summary>Since when the person is on the other side; <see cref="Instant.Never"/> = is not.</summary>
        public long BeyondSince;

        /// <summary>A crossing waits for the person to be known for long enough.</summary>
        public bool HasCrossed;

        /// <summary>End of the cool-down.</summary>
        public long ReadyAt;
    }
}
