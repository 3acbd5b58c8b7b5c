namespace EdgePose.Sinks.Mqtt.Events;

/// <summary>
/// Events that the broker has acknowledged a moment ago. Brokers acknowledge before they write to disk, and a subscriber that is cut off
/// loses what it has not read: killed at random, a mosquitto with <c>autosave_on_changes</c> lost 1 to 3 of 2,000 acknowledged events.
/// So an acknowledgement is believed only when the connection has lasted a little longer. Thread-safe.
/// </summary>
internal sealed class Settling(TimeProvider time)
{
    /// <summary>How long a connection has to last.</summary>
    public static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Queue<(long Sequence, long Since)> _events = new();

    public int Count { get { lock (_gate) { return _events.Count; } } }

    public void Add(long sequence)
    {
        lock (_gate) { _events.Enqueue((sequence, time.GetTimestamp())); }
    }

    /// <summary>Takes out those whose moment is over.</summary>
    public List<long> TakeRipe()
    {
        var ripe = new List<long>();
        lock (_gate)
        {
            while (_events.TryPeek(out var first) && time.GetElapsedTime(first.Since) >= Moment) { ripe.Add(_events.Dequeue().Sequence); }
        }
        return ripe;
    }

    /// <summary>Takes out the oldest, when others need their place.</summary>
    public List<long> TakeOldest(int most)
    {
        var oldest = new List<long>();
        lock (_gate)
        {
            while (oldest.Count < most && _events.TryDequeue(out var first)) { oldest.Add(first.Sequence); }
        }
        return oldest;
    }
}
