namespace EdgePose.Sinks.Mqtt.Transport;

/// <summary>
/// Tells a broker that is silent from a link that is slow: late is a connection on which something is awaited and nothing was answered for
/// the whole limit. How long a single message waits behind others does not matter, unless its answer must have been forgotten.
/// </summary>
internal sealed class AnswerClock(TimeSpan limit, TimeProvider time)
{
    /// <summary>Brokers answer in order. While others are answered, one that waits this many limits will never be.</summary>
    private const int Forgotten = 6;

    private readonly Lock _gate = new();
    private readonly LinkedList<long> _awaited = [];
    private long _answered;

    /// <summary>Something that the broker has to answer goes out now; to be given back to <see cref="End"/>.</summary>
    public LinkedListNode<long> Begin()
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            if (_awaited.Count == 0) { _answered = now; }
            return _awaited.AddLast(now);
        }
    }

    /// <summary>The answer came, or is not waited for any longer.</summary>
    public void End(LinkedListNode<long> awaited)
    {
        lock (_gate)
        {
            if (awaited.List is null) { return; }
            _awaited.Remove(awaited);
            _answered = time.GetTimestamp();
        }
    }

    /// <summary>Something is awaited, and others were answered within the limit.</summary>
    public bool IsMoving
    {
        get { lock (_gate) { return _awaited.Count > 0 && time.GetElapsedTime(_answered) <= limit; } }
    }

    public bool IsLate
    {
        get
        {
            lock (_gate)
            {
                if (_awaited.First is not { } oldest) { return false; }
                return time.GetElapsedTime(_answered) > limit || time.GetElapsedTime(oldest.Value) > limit * Forgotten;
            }
        }
    }
}
