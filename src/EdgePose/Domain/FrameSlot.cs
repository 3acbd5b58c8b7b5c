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
/// The only place where frames may be lost: one frame per stream between ingest and inference. Owns the waiting frame, and keeps the
/// account of all of the stream's frames under one lock, so that <see cref="Account"/> adds up at every instant.
/// </summary>
internal sealed class FrameSlot(FullPolicy policy, Action? onArrival = null) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _free = new(1, 1);
    private readonly ArrivalMeter _arrivals = new();
    private Frame? _waiting;
    private bool _closed;
    private long _received, _processed, _failed, _inWork;
    private long _replaced, _stale, _refused, _noBuffer, _closedOut;

    public bool HasFrame => Volatile.Read(ref _waiting) is not null;

    /// <summary>True for recordings: nothing may be dropped, and capture times are media times, which say nothing about age.</summary>
    public bool IsLossless => policy == FullPolicy.Wait;

    public FrameAccount Account
    {
        get
        {
            lock (_gate)
            {
                return new FrameAccount(
                    _received, _processed, _failed, _replaced, _stale, _refused, _noBuffer, _closedOut, _waiting is null ? 0 : 1, _inWork);
            }
        }
    }

    public long Received => Account.Received;
    public long Dropped => Account.Dropped;

    /// <summary>Frames handed to the consumer.</summary>
    public long Taken
    {
        get
        {
            var account = Account;
            return account.Processed + account.Failed + account.InWork;
        }
    }

    /// <summary>Mean interval of the arrivals and capture time of the last one, both in clock ticks; 0 when unknown.</summary>
    public (double MeanTicks, long LastTicks) Arrivals
    {
        get { lock (_gate) { return (_arrivals.MeanTicks, _arrivals.LastTicks); } }
    }

    /// <summary>Hands <paramref name="frame"/> over. With <see cref="FullPolicy.Wait"/> it blocks until the slot is empty or disposed, or <paramref name="stop"/> is set.</summary>
    public void Put(Frame frame, CancellationToken stop)
    {
        if (policy == FullPolicy.Wait)
        {
            try { _free.Wait(stop); }
            catch (OperationCanceledException) { frame.Dispose(); throw; }
        }
        Frame? dropped;
        bool closed;
        lock (_gate)
        {
            _received++;
            _arrivals.Add(frame.Info);
            closed = _closed;
            dropped = closed ? frame : _waiting;
            if (closed) { _closedOut++; }
            else
            {
                _waiting = frame;
                if (dropped is not null) { _replaced++; }
            }
        }
        dropped?.Dispose();
        if (closed && policy == FullPolicy.Wait) { _free.Release(); }
        onArrival?.Invoke();
    }

    /// <summary>Enters a frame that was read and not kept.</summary>
    public void CountLost(in FrameInfo info, FrameLoss reason)
    {
        lock (_gate)
        {
            _received++;
            if (reason == FrameLoss.Refused) { _refused++; } else { _noBuffer++; }
            _arrivals.Add(info);
        }
    }

    /// <summary>Capture time of the waiting frame, in clock ticks; false when none waits.</summary>
    public bool TryPeek(out long capturedTicks)
    {
        lock (_gate)
        {
            capturedTicks = _waiting?.Info.CapturedTicks ?? 0;
            return _waiting is not null;
        }
    }

    /// <summary>Takes the waiting frame; the caller becomes its owner and tells the outcome to <see cref="Complete"/>.</summary>
    public Frame? TryTake()
    {
        Frame? frame;
        lock (_gate)
        {
            frame = _waiting;
            _waiting = null;
            if (frame is not null) { _inWork++; }
        }
        if (frame is not null && policy == FullPolicy.Wait) { _free.Release(); }
        return frame;
    }

    /// <summary>Enters the outcome of a frame taken earlier; once for each.</summary>
    public void Complete(bool failed)
    {
        lock (_gate)
        {
            _inWork--;
            if (failed) { _failed++; } else { _processed++; }
        }
    }

    /// <summary>Drops the waiting frame of a live stream when it was captured before <paramref name="ticks"/>; true when it was.</summary>
    public bool DropBefore(long ticks)
    {
        Frame? old;
        lock (_gate)
        {
            old = policy == FullPolicy.NewestWins && _waiting is { } waiting && waiting.Info.CapturedTicks < ticks ? waiting : null;
            if (old is null) { return false; }
            _waiting = null;
            _stale++;
        }
        old.Dispose();
        return true;
    }

    public void Dispose()
    {
        Frame? left;
        lock (_gate)
        {
            _closed = true;
            left = _waiting;
            _waiting = null;
            if (left is not null) { _closedOut++; }
        }
        left?.Dispose();
        // A producer that waits must not wait for a consumer that will never come.
        if (left is not null && policy == FullPolicy.Wait) { _free.Release(); }
    }
}
