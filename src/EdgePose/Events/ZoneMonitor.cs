using EdgePose.Domain;

namespace EdgePose.Events;

/// <summary>
/// Who is in a zone. A person enters by being measured inside for <see cref="EventOptions.EnterAfter"/>, and leaves by being measured
/// outside by more than the margin for <see cref="EventOptions.LeaveAfter"/>; in between, and while unseen, nothing changes.
/// </summary>
internal sealed class ZoneMonitor(ZoneOptions zone, int slot, EventOptions options, Action<string, int>? onCount)
{
    private readonly Polygon _polygon = new(zone.Corners);
    private readonly long _enterAfter = Instant.Least(options.EnterAfter), _leaveAfter = Instant.Least(options.LeaveAfter);

    public string Name => zone.Name;

    /// <summary>People inside who count.</summary>
    public int Count { get; private set; }

    public bool Holds(Person person) => person.Zones[slot].Inside;

    /// <summary>As <see cref="Holds"/>, or with the middle of the hips inside: who falls may lie with the feet outside.</summary>
    public bool Touches(Person person) =>
        Holds(person) || person.Posture.IsKnown && _polygon.SignedDistance(person.Posture.Hips) > 0;

    public void Update(EventContext context)
    {
        _polygon.SetAspect(context.Aspect);
        var count = 0;
        foreach (var person in context.People)
        {
            if (person.Measured) { Move(person, ref person.Zones[slot], context.Now); }
            if (person.Counts && Holds(person)) { count++; }
        }
        Set(count);
    }

    /// <summary>Everybody is gone.</summary>
    public void Clear() => Set(0);

    private void Move(Person person, ref ZoneState state, long now)
    {
        var distance = _polygon.SignedDistance(person.Foot);
        if (!(state.Inside ? distance < -options.Margin : distance > 0))
        {
            state.ChangingSince = RuleState.Never;
            return;
        }
        if (state.ChangingSince == RuleState.Never) { state.ChangingSince = now; }
        if (now - state.ChangingSince < (state.Inside ? _leaveAfter : _enterAfter)) { return; }
        (state.Inside, state.ChangingSince) = (!state.Inside, RuleState.Never);
    }

    private void Set(int count)
    {
        if (count == Count) { return; }
        Count = count;
        onCount?.Invoke(Name, count);
    }
}
