using EdgePose.Domain;

namespace EdgePose.Events.Rules;

/// <summary>
/// A number of people in a zone or in the picture: occupancy from one person on, with an update for each change; crowding from
/// <see cref="RuleOptions.Count"/> on, with updates by time, until there is one less than that.
/// </summary>
internal sealed class CountRule(RuleOptions options, ZoneMonitor? zone) : IEventRule
{
    private readonly long _after = Instant.Least(options.After), _endAfter = Instant.Least(options.EndAfter);
    private readonly long _updateEvery = Instant.Least(options.UpdateEvery), _cooldown = Instant.Least(options.Cooldown);
    private RuleState _state = RuleState.Fresh;
    private int _told;

    private bool IsOccupancy => options.Kind == RuleKind.Occupancy;
    private EventType Type => IsOccupancy ? EventType.ZoneOccupancy : EventType.Crowding;

    public void Update(EventContext context)
    {
        var (now, count) = (context.Now, CountPeople(context));
        if (count >= (IsOccupancy ? 1 : options.Count))
        {
            if (_state.Since == RuleState.Never) { _state.Since = now; }
            _state.LastTrue = now;
            if (!_state.Active)
            {
                if (MayStart(context)) { Raise(context, EventPhase.Start, count, IsOccupancy ? "occupied" : $"{count} people, {options.Count} or more for {Seconds(options.After)} s"); }
            }
            else if (IsOccupancy ? count != _told : _updateEvery > 0 && now - _state.LastUpdate >= _updateEvery)
            {
                Raise(context, EventPhase.Update, count, $"{count} people");
            }
            return;
        }
        if (_state.Active)
        {
            if (now - _state.LastTrue >= _endAfter) { Raise(context, EventPhase.End, count, IsOccupancy ? "empty" : $"{count} people"); }
        }
        else { _state.Since = RuleState.Never; }
    }

    public void Forget(EventContext context, Person person, string reason)
    {
        // The next count is made without this person.
    }

    public void Close(EventContext context, string reason)
    {
        if (_state.Active) { Raise(context, EventPhase.End, 0, reason); }
        _state.Since = RuleState.Never;
    }

    private int CountPeople(EventContext context)
    {
        if (zone is not null) { return zone.Count; }
        var count = 0;
        foreach (var person in context.People)
        {
            if (person.Counts) { count++; }
        }
        return count;
    }

    // A person who is only predicted may keep an event open; the one who starts it was measured.
    private bool MayStart(EventContext context) =>
        context.Now - _state.Since >= _after && (_state.ReadyAt == RuleState.Never || context.Now >= _state.ReadyAt)
        && (options.Schedule?.IsOpen(context.Time) ?? true) && context.People.Exists(static p => p.Measured);

    private void Raise(EventContext context, EventPhase phase, int count, string reason)
    {
        if (phase == EventPhase.Start) { (_state.Active, _state.Key) = (true, context.NewKey(options.Name, null)); }
        context.Raise(new EventDraft(Type, phase, options.Name, _state.Key, reason)
        {
            Duration = context.Now - _state.Since, Zone = options.Zone, Count = count,
        }, null);
        (_told, _state.LastUpdate) = (count, context.Now);
        if (phase == EventPhase.End) { (_state.Active, _state.Since, _state.ReadyAt) = (false, RuleState.Never, context.Now + _cooldown); }
    }

    private static string Seconds(TimeSpan time) => FormattableString.Invariant($"{time.TotalSeconds:0.#}");
}
