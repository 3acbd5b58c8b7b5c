using EdgePose.Domain;

namespace EdgePose.Events.Rules;

/// <summary>What a rule says of a person in one scene.</summary>
internal enum Cause
{
    No,
    Yes,

    /// <summary>The joints that would tell were not found.</summary>
    Unknown,
}

/// <summary>
/// The life of an event about one person: the cause must last for <see cref="RuleOptions.After"/> before the event starts, and be gone for
/// <see cref="RuleOptions.EndAfter"/> before it ends. All times are seconds, none is frames. Only a scene in which the person was
/// measured is judged: poses moved on or repeated let an event go on, but neither start nor end it.
/// </summary>
internal abstract class PersonRule(RuleOptions options, int slot, ZoneMonitor? zone) : IEventRule
{
    /// <summary>A cause that was not there for up to this long (or half of After, if shorter) has not been interrupted.</summary>
    private const long Blink = 505_000;

    /// <summary>A cause that could not be judged for this long is forgotten, and ends an event as if it were gone.</summary>
    private const long Blind = 1_505_000;

    private readonly long _after = Instant.Least(options.After), _endAfter = Instant.Least(options.EndAfter);
    private readonly long _updateEvery = Instant.Least(options.UpdateEvery), _cooldown = Instant.Least(options.Cooldown);
    private readonly long _minAge = Instant.Least(options.MinAge);

    protected RuleOptions Options => options;
    protected ZoneMonitor? Zone => zone;
    protected abstract EventType Type { get; }
    protected virtual EventType EndType => Type;

    /// <summary>Judges a measured person. May keep what it likes in the free fields of <paramref name="state"/>.</summary>
    protected abstract Cause Judge(EventContext context, Person person, ref RuleState state);

    /// <summary>Whether an event may start in the rule's zone; only asked when there is one.</summary>
    protected virtual bool IsInZone(Person person) => zone!.Touches(person);

    /// <summary>Why an event starts or goes on.</summary>
    protected abstract string Because(Person person, in RuleState state, long lasted);

    /// <summary>Why an event ends by itself.</summary>
    protected abstract string EndBecause { get; }

    protected virtual string DirectionOf(in RuleState state) => "";

    public void Update(EventContext context)
    {
        foreach (var person in context.People)
        {
            if (person.Body is null) { continue; }
            ref var state = ref person.States[slot];
            if (person.Measured) { Step(context, person, ref state); }
            else { Hold(context, ref state); }
        }
    }

    public void Forget(EventContext context, Person person, string reason)
    {
        ref var state = ref person.States[slot];
        if (state.Active) { End(context, person, ref state, reason); }
    }

    public void Close(EventContext context, string reason)
    {
        // Everything that this rule has open is about people.
    }

    private void Step(EventContext context, Person person, ref RuleState state)
    {
        var now = context.Now;
        var cause = Judge(context, person, ref state);
        if (cause == Cause.Unknown)
        {
            if (state.LastKnown != RuleState.Never && now - state.LastKnown <= Blind) { return; }
            cause = Cause.No;
        }
        else { state.LastKnown = now; }
        if (cause == Cause.Yes)
        {
            if (state.Since == RuleState.Never) { state.Since = now; }
            state.LastTrue = now;
            if (!state.Active && MayStart(context, person, state)) { Start(context, person, ref state); }
            else if (state.Active && _updateEvery > 0 && now - state.LastUpdate >= _updateEvery) { Raise(context, person, ref state, EventPhase.Update); }
            return;
        }
        if (state.Active && now - state.LastTrue >= _endAfter) { End(context, person, ref state, EndBecause); }
        else if (!state.Active && state.Since != RuleState.Never && now - state.LastTrue > Math.Min(Blink, _after / 2 + Instant.Slack)) { state.Since = RuleState.Never; }
    }

    /// <summary>A predicted pose proves nothing; what was so stays so.</summary>
    private static void Hold(EventContext context, ref RuleState state)
    {
        if (!state.Active) { return; }
        (state.LastTrue, state.LastKnown) = (context.Now, context.Now);
    }

    private bool MayStart(EventContext context, Person person, in RuleState state) =>
        context.Now - state.Since >= _after && context.Now - person.FirstSeen >= _minAge && person.Score >= options.MinScore
        && (state.ReadyAt == RuleState.Never || context.Now >= state.ReadyAt)
        && (zone is null || IsInZone(person)) && (options.Schedule?.IsOpen(context.Time) ?? true);

    private void Start(EventContext context, Person person, ref RuleState state)
    {
        (state.Active, state.Key) = (true, context.NewKey(options.Name, person));
        Raise(context, person, ref state, EventPhase.Start);
    }

    private void Raise(EventContext context, Person person, ref RuleState state, EventPhase phase)
    {
        var lasted = context.Now - state.Since;
        context.Raise(new EventDraft(Type, phase, options.Name, state.Key, Because(person, state, lasted))
        {
            Duration = lasted, Zone = options.Zone, Direction = DirectionOf(state),
        }, person);
        state.LastUpdate = context.Now;
    }

    private void End(EventContext context, Person person, ref RuleState state, string reason)
    {
        context.Raise(new EventDraft(EndType, EventPhase.End, options.Name, state.Key, reason)
        {
            Duration = context.Now - state.Since, Zone = options.Zone, Direction = DirectionOf(state),
        }, person);
        (state.Active, state.Since, state.Key, state.ReadyAt) = (false, RuleState.Never, "", context.Now + _cooldown);
    }
}
