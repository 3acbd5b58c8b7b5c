using System.Buffers;

namespace EdgePose.Delivery;

/// <summary>
/// The people of one frame as their JSON document, written once for all sinks. It goes back to its pool when the last of those who hold it
/// has released it, so that a steady flow allocates nothing.
/// </summary>
internal sealed class PosesMessage(PosesPool pool)
{
    private readonly ArrayBufferWriter<byte> _body = new(4096);
    private int _holders;

    public string Stream { get; private set; } = "";
    public ReadOnlyMemory<byte> Body => _body.WrittenMemory;

    /// <summary>Empties it for its first holder.</summary>
    public IBufferWriter<byte> Begin(string stream)
    {
        (Stream, _holders) = (stream, 1);
        _body.ResetWrittenCount();
        return _body;
    }

    public void Hold() => Interlocked.Increment(ref _holders);

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0) { pool.Return(this); }
    }
}

/// <summary>Messages that nobody holds, at most <paramref name="capacity"/>. A miss allocates; what does not fit is left to the collector.</summary>
internal sealed class PosesPool(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Stack<PosesMessage> _free = new(capacity);

    public PosesMessage Rent()
    {
        lock (_gate) { return _free.TryPop(out var message) ? message : new PosesMessage(this); }
    }

    public void Return(PosesMessage message)
    {
        lock (_gate)
        {
            if (_free.Count < capacity) { _free.Push(message); }
        }
    }
}
