using System.Diagnostics.CodeAnalysis;

namespace EdgePose.Delivery;

/// <summary>
/// The kept values of one sink: the last one of each, when it may go out, and which have to go out again. Values are no queue: a newer one
/// replaces an older one that has not gone out. Thread-safe.
/// </summary>
internal sealed class StateBoard(StatePace pace, TimeProvider time)
{
    /// <summary>Waits before a value that was not taken is tried again, widening while nothing is taken.</summary>
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250), LongestRetry = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly List<StateKey> _order = [];
    private readonly Dictionary<StateKey, StateSlot> _slots = [];
    private readonly HashSet<StateKey> _failed = [];
    private readonly Backoff _backoff = new(FirstRetry, LongestRetry, Random.Shared);
    private long _failedAt;
    private TimeSpan _retryAfter;

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
            RetryFailed();
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
            _backoff.Reset();
            if (!value.IsGone || !_slots.TryGetValue(value.Key, out var slot) || slot.Value is not { IsGone: true }) { return; }
            _slots.Remove(value.Key);
            _order.Remove(value.Key);
        }
    }

    /// <summary>The sink did not take it for a reason that may pass.</summary>
    public void Failed(StateValue value)
    {
        lock (_gate)
        {
            if (_failed.Count == 0) { (_failedAt, _retryAfter) = (time.GetTimestamp(), _backoff.Next()); }
            _failed.Add(value.Key);
        }
    }

    public IReadOnlyList<StateValue> Values()
    {
        lock (_gate) { return [.. _order.Select(k => _slots[k].Value).OfType<StateValue>()]; }
    }

    private void RetryFailed()
    {
        if (_failed.Count == 0 || time.GetElapsedTime(_failedAt) < _retryAfter) { return; }
        foreach (var key in _failed)
        {
            if (_slots.TryGetValue(key, out var slot)) { slot.Resend(); }
        }
        _failed.Clear();
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
