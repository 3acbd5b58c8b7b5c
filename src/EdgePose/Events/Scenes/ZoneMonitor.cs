namespace EdgePose.Events.Scenes;

/// <summary>
/// Who is in a zone. A person enters by being measured inside for <see cref="EventsSettings.EnterAfter"/>, and leaves by being measured
/// outside by more than the margin for <see cref="EventsSettings.LeaveAfter"/>; in between, and while unseen, nothing changes.
/// </summary>
internal sealed class ZoneMonitor(ZoneShape zone, EventsSettings settings, Action<string, int>? onCount)
{
    private readonly Polygon _polygon = new(zone.Corners);
    private readonly long _enterAfter = Instant.Least(settings.EnterAfter), _leaveAfter = Instant.Least(settings.LeaveAfter);
    private readonly PersonSlots<Presence> _people = new(new Presence { ChangingSince = Instant.Never });

    public string Name => zone.Name;
    public ZoneShape Shape => zone;

    /// <summary>People inside who count.</summary>
    public int Count { get; private set; }

    public bool Holds(Person person) => _people[person].Inside;

    /// <summary>As <see cref="Holds"/>, or with the middle of the hips inside: who falls may lie with the feet outside.</summary>
    public bool Touches(Person person) =>
        Holds(person) || person.Posture.IsKnown && _polygon.SignedDistance(person.Posture.Hips) > 0;

    public void Begin(Person person) => _people.Begin(person);

    public void Update(EventContext context)
    {
        _polygon.SetAspect(context.Aspect);
        var count = 0;
        foreach (var person in context.People)
        {
            if (person.Measured) { Move(person, ref _people[person], context.Now); }
            if (person.Counts && Holds(person)) { count++; }
        }
        Set(count);
    }

    /// <summary>Everybody is gone.</summary>
    public void Clear() => Set(0);

    private void Move(Person person, ref Presence state, long now)
    {
        var distance = _polygon.SignedDistance(person.Foot);
        if (!(state.Inside ? distance < -settings.Margin : distance > 0))
        {
            state.ChangingSince = Instant.Never;
            return;
        }
        if (state.ChangingSince == Instant.Never) { state.ChangingSince = now; }
        if (now - state.ChangingSince < (state.Inside ? _leaveAfter : _enterAfter)) { return; }
        (state.Inside, state.ChangingSince) = (!state.Inside, Instant.Never);
    }

    private void Set(int count)
    {
        if (count == Count) { return; }
        Count = count;
        onCount?.Invoke(Name, count);
    }

    /// <summary>Whether a person is in the zone, with the time since when the opposite seems true.</summary>
    private struct Presence
    {
        public bool Inside;

        /// <summary>Monotonic microseconds since when the other side was measured; <see cref="Instant.Never"/> = not.</summary>
        public long ChangingSince;
    }
}
