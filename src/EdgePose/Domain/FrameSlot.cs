namespace EdgePose.Domain;

/// <summary>What a full slot does with the next frame.</summary>
internal enum FullPolicy
{
    /// <summary>The newest frame replaces the waiting one, which counts as dropped: live sources.</summary>
    NewestWins,

    /// <summary>The producer waits until the slot is free: recordings that must be read completely.</summary>
    Wait,
}

/// <summary>
/// The only place where frames may be lost: one frame per stream between ingest and inference. Owns the waiting frame.
/// Received = taken + dropped + waiting holds at every instant that no call is inside the slot.
/// </summary>
internal sealed class FrameSlot(FullPolicy policy, Action? onArrival = null) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _free = new(1, 1);
    private Frame? _waiting;
    private bool _closed;
    private long _received, _taken, _dropped;

    public long Received => Interlocked.Read(ref _received);
    public long Taken => Interlocked.Read(ref _taken);
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>All counts of one moment, when received = taken + dropped + waiting.</summary>
    public (long Received, long Taken, long Dropped, int Waiting) Account()
    {
        lock (_gate) { return (_received, _taken, _dropped, _waiting is null ? 0 : 1); }
    }

    public bool HasFrame => Volatile.Read(ref _waiting) is not null;

    /// <summary>Hands <paramref name="frame"/> over. With <see cref="FullPolicy.Wait"/> it blocks until the slot is empty or disposed, or <paramref name="stop"/> is set.</summary>
    public void Put(Frame frame, CancellationToken stop)
    {
        if (policy == FullPolicy.Wait)
        {
            try { _free.Wait(stop); }
            catch (OperationCanceledException) { frame.Dispose(); throw; }
        }
        Frame? replaced;
        bool closed;
        lock (_gate)
        {
            _received++;
            closed = _closed;
            replaced = closed ? frame : _waiting;
            if (!closed) { _waiting = frame; }
            if (replaced is not null) { _dropped++; }
        }
        replaced?.Dispose();
        if (closed && policy == FullPolicy.Wait) { _free.Release(); }
        onArrival?.Invoke();
    }

    /// <summary>Takes the waiting frame; the caller becomes its owner.</summary>
    public Frame? TryTake()
    {
        Frame? frame;
        lock (_gate)
        {
            frame = _waiting;
            _waiting = null;
            if (frame is not null) { _taken++; }
        }
        if (frame is not null && policy == FullPolicy.Wait) { _free.Release(); }
        return frame;
    }

    public void Dispose()
    {
        Frame? left;
        lock (_gate)
        {
            _closed = true;
            left = _waiting;
            _waiting = null;
            if (left is not null) { _dropped++; }
        }
        left?.Dispose();
        // A producer that waits must not wait for a consumer that will never come.
        if (left is not null && policy == FullPolicy.Wait) { _free.Release(); }
    }
}
