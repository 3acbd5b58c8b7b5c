namespace EdgePose.Delivery;

/// <summary>A pose message that waits for a sink, and the gate that let it in.</summary>
internal readonly record struct QueuedPoses(PosesMessage Message, PoseGate Gate);

/// <summary>
/// Bounded first-in first-out queue of the pose messages of one sink. Full policy: the oldest goes and is counted, because a newer pose makes
/// an older one worthless.
/// </summary>
internal sealed class PosesQueue(int capacity)
{
    private readonly Lock _gate = new();
    private readonly QueuedPoses[] _ring = new QueuedPoses[capacity];
    private int _head, _count;
    private long _dropped;

    public long Dropped => Interlocked.Read(ref _dropped);
    public int Count { get { lock (_gate) { return _count; } } }

    /// <summary>The queue holds the message from here on.</summary>
    public void Enqueue(PosesMessage message, PoseGate gate)
    {
        message.Hold();
        lock (_gate)
        {
            if (_count == capacity)
            {
                var oldest = TakeOldest();
                _dropped++;
                oldest.Gate.ForgetEmpty();
                oldest.Message.Release();
            }
            _ring[(_head + _count++) % capacity] = new QueuedPoses(message, gate);
        }
    }

    /// <summary>Hands out the oldest with the hold on it.</summary>
    public bool TryDequeue(out QueuedPoses item)
    {
        lock (_gate)
        {
            item = _count == 0 ? default : TakeOldest();
            return item.Message is not null;
        }
    }

    private QueuedPoses TakeOldest()
    {
        var item = _ring[_head];
        _ring[_head] = default;
        _head = (_head + 1) % capacity;
        _count--;
        return item;
    }
}
