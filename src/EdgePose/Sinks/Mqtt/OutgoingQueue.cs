using System.Buffers;

namespace EdgePose.Sinks.Mqtt;

/// <summary>One pose message on its way to the broker; pooled by <see cref="OutgoingQueue"/>.</summary>
internal sealed class OutgoingPoses
{
    public readonly ArrayBufferWriter<byte> Body = new(4096);
    public StreamOutput Stream { get; set; } = null!;
}

/// <summary>
/// Bounded first-in first-out queue of pose messages. Full policy: the oldest goes, is counted and handed back to the caller's notice,
/// because a newer pose makes an older one worthless. Buffers are reused: a steady flow allocates nothing.
/// </summary>
internal sealed class OutgoingQueue(int capacity)
{
    private readonly Lock _gate = new();
    private readonly OutgoingPoses[] _ring = new OutgoingPoses[capacity];
    private readonly Stack<OutgoingPoses> _free = new(capacity + 1);
    private int _head, _count;
    private long _dropped;

    public long Dropped => Interlocked.Read(ref _dropped);
    public int Count { get { lock (_gate) { return _count; } } }

    /// <summary>An empty message to fill; give it to <see cref="Enqueue"/> or <see cref="Return"/>.</summary>
    public OutgoingPoses Rent()
    {
        lock (_gate) { return _free.TryPop(out var item) ? item : new OutgoingPoses(); }
    }

    public void Enqueue(OutgoingPoses item)
    {
        lock (_gate)
        {
            if (_count == capacity) { Drop(TakeOldest()); }
            _ring[(_head + _count++) % capacity] = item;
        }
    }

    public bool TryDequeue([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out OutgoingPoses? item)
    {
        lock (_gate)
        {
            item = _count == 0 ? null : TakeOldest();
            return item is not null;
        }
    }

    public void Return(OutgoingPoses item)
    {
        item.Body.ResetWrittenCount();
        lock (_gate)
        {
            if (_free.Count <= capacity) { _free.Push(item); }
        }
    }

    private OutgoingPoses TakeOldest()
    {
        var item = _ring[_head];
        _head = (_head + 1) % capacity;
        _count--;
        return item;
    }

    private void Drop(OutgoingPoses item)
    {
        _dropped++;
        item.Stream.ForgetEmpty();
        item.Body.ResetWrittenCount();
        _free.Push(item);
    }
}
