using EdgePose.Domain;
using EdgePose.Events.Scenes;

namespace EdgePose.Events.Rules;

/// <summary>
/// The life of an event about one person: the cause must last for <see cref="RuleSettings.After"/> before the event starts, and be gone for
/// <see cref="RuleSettings.EndAfter"/> before it ends. All times are seconds, none is frames. Only a scene in which the person was
/// measured is judged: poses moved on or repeated let an event go on, but neither start nor end it.
/// </summary>
/// <typeparam name="TMemory">What the rule remembers of a person beside the life of the event; its default is the memory of somebody who has just come.</typeparam>
internal abstract class PersonRule<TMemory>(RuleSettings settings, RuleSite site) : IEventRule where TMemory : struct
{
    /// <summary>A cause that was not there for up to this long (or half of After, if shorter) has not been interrupted.</summary>
    private const long Blink = 505_000;

    /// <summary>A cause that could not be judged for this long is forgotten, and ends an event as if it were gone.</summary>
    private const long Blind = 1_505_000;

    private readonly long _after = Instant.Least(settings.After), _endAfter = Instant.Least(settings.EndAfter);
    private readonly long _updateEvery = Instant.Least(settings.UpdateEvery), _cooldown = Instant.Least(settings.Cooldown);
    private readonly long _minAge = Instant.Least(settings.MinAge);
    private readonly Schedule? _schedule = site.Schedule(settings.Schedule);
    private readonly PersonSlots<EventLife> _lives = new(EventLife.Fresh);
    private readonly PersonSlots<TMemory> _memories = new(default);

    /// <summary>Null = the whole picture.</summary>
    protected ZoneMonitor? Zone { get; } = site.Zone(settings.Zone);
    protected abstract EventType Type { get; }
    protected virtual EventType EndType => Type;

    /// <summary>Judges a measured person.</summary>
    /// <param name="context">The scene.</param>
    /// <param name="person">Who is judged.</param>
    /// <param name="active">Whether an event about the person is open.</param>
    /// <param name="memory">What the rule remembers of the person.</param>
    protected abstract Cause Judge(EventContext context, Person person, bool active, ref TMemory memory);

    /// <summary>Whether an event may start in the rule's zone; only asked when there is one.</summary>
    protected virtual bool IsInZone(Person person) => Zone!.Touches(person);

    /// <summary>Why an event starts or goes on.</summary>
    protected abstract string Because(Person person, in TMemory memory, long lasted);

    /// <summary>Why an event ends by itself.</summary>
    protected abstract string EndBecause { get; }

    protected virtual string DirectionOf(in TMemory memory) => "";

    public void Begin(Person person)
    {
        _lives.Begin(person);
        _memories.Begin(person);
    }

    public void Update(EventContext context)
    {
        foreach (var person in context.People)
        {
            if (person.Body is null) { continue; }
            if (person.Measured) { Measure(context, person); }
            else { KeepOpen(context, ref _lives[person]); }
        }
    }

    public void Forget(EventContext context, Person person, string reason)
    {
        if (_lives[person].Active) { End(context, person, reason); }
    }

    public void Close(EventContext context, string reason)
    {
        // Everything that this rule has open is about people.
    }

    private void Measure(EventContext context, Person person)
    {
        ref var life = ref _lives[person];
        var now = context.Now;
        var cause = Judge(context, person, life.Active, ref _memories[person]);
        if (cause == Cause.Unknown)
        {
            if (life.LastKnown != Instant.Never && now - life.LastKnown <= Blind) { return; }
            cause = Cause.No;
        }
        else { life.LastKnown = now; }
        if (cause == Cause.Yes)
        {
            if (life.Since == Instant.Never) { life.Since = now; }
            life.LastTrue = now;
            if (!life.Active && MayStart(context, person, life)) { Start(context, person, ref life); }
            else if (life.Active && _updateEvery > 0 && now - life.LastUpdate >= _updateEvery) { Raise(context, person, ref life, EventPhase.Update); }
            return;
        }
        if (life.Active && now - life.LastTrue >= _endAfter) { End(context, person, EndBecause); }
        else if (!life.Active && life.Since != Instant.Never && now - life.LastTrue > Math.Min(Blink, _after / 2 + Instant.Slack)) { life.Since = Instant.Never; }
    }

    /// <summary>A predicted pose proves nothing; what was so stays so.</summary>
    private static void KeepOpen(EventContext context, ref EventLife life)
    {
        if (!life.Active) { return; }
        life.LastTrue = context.Now;
        life.LastKnown = context.Now;
    }

    private bool MayStart(EventContext context, Person person, in EventLife life) =>
        context.Now - life.Since >= _after && context.Now - person.FirstSeen >= _minAge && person.Score >= settings.MinScore
        && (life.ReadyAt == Instant.Never || context.Now >= life.ReadyAt)
        && (Zone is null || IsInZone(person)) && (_schedule?.IsOpen(context.Time) ?? true);

    private void Start(EventContext context, Person person, ref EventLife life)
    {
        life.Active = true;
        life.Key = context.NewKey(settings.Name, person);
        Raise(context, person, ref life, EventPhase.Start);
    }

    private void Raise(EventContext context, Person person, ref EventLife life, EventPhase phase)
    {
        ref readonly var memory = ref _memories[person];
        var lasted = context.Now - life.Since;
        context.Raise(new EventDraft(Type, phase, settings.Name, life.Key, Because(person, memory, lasted))
        {
            Duration = lasted, Zone = settings.Zone, Direction = DirectionOf(memory),
        }, person);
        life.LastUpdate = context.Now;
    }

    private void End(EventContext context, Person person, string reason)
    {
        ref var life = ref _lives[person];
        context.Raise(new EventDraft(EndType, EventPhase.End, settings.Name, life.Key, reason)
        {
            Duration = context.Now - life.Since, Zone = settings.Zone, Direction = DirectionOf(_memories[person]),
        }, person);
        life.Active = false;
        life.Since = Instant.Never;
        life.Key = "";
        life.ReadyAt = context.Now + _cooldown;
    }
}

/// <summary>The memory of a rule that needs none.</summary>
internal readonly struct NoMemory;
