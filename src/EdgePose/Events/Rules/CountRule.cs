using EdgePose.Domain;
using EdgePose.Events.Scenes;

namespace EdgePose.Events.Rules;

/// <summary>The life of an event about a number of people, in a zone or in the picture.</summary>
internal abstract class CountRule(RuleSettings settings, RuleSite site) : IEventRule
{
    private readonly long _after = Instant.Least(settings.After), _endAfter = Instant.Least(settings.EndAfter);
    private readonly long _cooldown = Instant.Least(settings.Cooldown);
    private readonly ZoneMonitor? _zone = site.Zone(settings.Zone);
    private readonly Schedule? _schedule = site.Schedule(settings.Schedule);
    private EventLife _life = EventLife.Fresh;
    private int _told;

    protected abstract EventType Type { get; }

    /// <summary>People from which on the event is on.</summary>
    protected abstract int Least { get; }

    /// <summary>Whether an event that goes on is to be told again.</summary>
    /// <param name="count">People now.</param>
    /// <param name="told">People as last told.</param>
    /// <param name="since">Microseconds since then.</param>
    protected abstract bool IsNews(int count, int told, long since);

    protected abstract string StartBecause(int count);
    protected abstract string EndBecause(int count);

    public void Begin(Person person)
    {
        // Single people are the zone's business.
    }

    public void Update(EventContext context)
    {
        var (now, count) = (context.Now, CountPeople(context));
        if (count >= Least)
        {
            if (_life.Since == Instant.Never) { _life.Since = now; }
            _life.LastTrue = now;
            if (!_life.Active)
            {
                if (MayStart(context)) { Start(context, count); }
            }
            else if (IsNews(count, _told, now - _life.LastUpdate)) { Raise(context, EventPhase.Update, count, $"{count} people"); }
            return;
        }
        if (!_life.Active) { _life.Since = Instant.Never; }
        else if (now - _life.LastTrue >= _endAfter) { End(context, count, EndBecause(count)); }
    }

    public void Forget(EventContext context, Person person, string reason)
    {
        // The next count is made without this person.
    }

    public void Close(EventContext context, string reason)
    {
        if (_life.Active) { End(context, 0, reason); }
        _life.Since = Instant.Never;
    }

    private int CountPeople(EventContext context)
    {
        if (_zone is not null) { return _zone.Count; }
        var count = 0;
        foreach (var person in context.People)
        {
            if (person.Counts) { count++; }
        }
        return count;
    }

    // A person who is only predicted may keep an event open; the one who starts it was measured.
    private bool MayStart(EventContext context) =>
        context.Now - _life.Since >= _after && (_life.ReadyAt == Instant.Never || context.Now >= _life.ReadyAt)
        && (_schedule?.IsOpen(context.Time) ?? true) && context.People.Exists(static p => p.Measured);

    private void Start(EventContext context, int count)
    {
        _life.Active = true;
        _life.Key = context.NewKey(settings.Name, null);
        Raise(context, EventPhase.Start, count, StartBecause(count));
    }

    private void End(EventContext context, int count, string reason)
    {
        Raise(context, EventPhase.End, count, reason);
        _life.Active = false;
        _life.Since = Instant.Never;
        _life.ReadyAt = context.Now + _cooldown;
    }

    private void Raise(EventContext context, EventPhase phase, int count, string reason)
    {
        context.Raise(new EventDraft(Type, phase, settings.Name, _life.Key, reason)
        {
            Duration = context.Now - _life.Since, Zone = settings.Zone, Count = count,
        }, null);
        _told = count;
        _life.LastUpdate = context.Now;
    }
}
