using System.Diagnostics.CodeAnalysis;

namespace EdgePose.Delivery;

/// <summary>
/// The kept values of one sink: the last one of each, when it may go out, and which have to go out again. Values are no queue: a newer one
/// replaces an older one that has not gone out. Thread-safe.
/// </summary>
internal sealed class StateBoard(StatePace pace, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<StateKey> _order = [];
    private readonly Dictionary<StateKey, StateSlot> _slots = [];

    public void Set(StateValue value, bool urgent)
    {
        lock (_gate) { Slot(value.Key).Set(value, urgent); }
    }

    /// <summary>The thing is gone, also one that only an earlier process knew; it is forgotten once the sink has taken that.</summary>
    public void Clear(StateKey key)
    {
        lock (_gate)
        {
            Slot(key).Set(StateValue.Gone(key), urgent: true);
            Slot(key).Resend();
        }
    }

    /// <summary>Clears every value that is not among these.</summary>
    public void Keep(IReadOnlySet<StateKey> keys)
    {
        lock (_gate)
        {
            foreach (var (key, slot) in _slots)
            {
                if (!keys.Contains(key)) { slot.Set(StateValue.Gone(key), urgent: true); }
            }
        }
    }

    public void ResendAll()
    {
        lock (_gate)
        {
            foreach (var slot in _slots.Values) { slot.Resend(); }
        }
    }

    public void Resend(StateKind kind)
    {
        lock (_gate)
        {
            foreach (var (key, slot) in _slots)
            {
                if (key.Kind == kind) { slot.Resend(); }
            }
        }
    }

    /// <summary>The next value that is due, in the order in which they became known.</summary>
    public bool TryTake([NotNullWhen(true)] out StateValue? value)
    {
        value = null;
        lock (_gate)
        {
            foreach (var key in _order)
            {
                if (_slots[key].TryTake(time, out value)) { return true; }
            }
        }
        return false;
    }

    /// <summary>The sink has it.</summary>
    public void Taken(StateValue value)
    {
        lock (_gate)
        {
            if (!_slots.TryGetValue(value.Key, out var slot)) { return; }
            slot.Taken();
            if (!value.IsGone || slot.Value is not { IsGone: true }) { return; }
            _slots.Remove(value.Key);
            _order.Remove(value.Key);
        }
    }

    /// <summary>The sink did not take it: it is tried again on the same connection, later and later.</summary>
    public void Failed(StateValue value)
    {
        lock (_gate)
        {
            if (_slots.TryGetValue(value.Key, out var slot)) { slot.Failed(time); }
        }
    }

    public IReadOnlyList<StateValue> Values()
    {
        lock (_gate) { return [.. _order.Select(k => _slots[k].Value).OfType<StateValue>()]; }
    }

    private StateSlot Slot(StateKey key)
    {
        if (_slots.TryGetValue(key, out var known)) { return known; }
        var slot = new StateSlot(pace.Of(key.Kind));
        _slots.Add(key, slot);
        _order.Add(key);
        return slot;
    }
}
