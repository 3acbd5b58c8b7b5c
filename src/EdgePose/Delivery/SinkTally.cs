using EdgePose.Delivery.Documents;

namespace EdgePose.Delivery;

/// <summary>Counts what became of the messages of one sink. Thread-safe.</summary>
internal sealed class SinkTally
{
    private long _published, _notConnected, _rateLimited, _refused, _failed;
    private int _connections;
    private volatile string _lastError = "";

    public void Published() => Interlocked.Increment(ref _published);

    public void NotConnected() => Interlocked.Increment(ref _notConnected);

    public void RateLimited() => Interlocked.Increment(ref _rateLimited);

    public long Refused() => Interlocked.Increment(ref _refused);

    public long Failed() => Interlocked.Increment(ref _failed);

    public void Connected() => Interlocked.Increment(ref _connections);

    public void Note(string error) => _lastError = error;

    public SinkStats Stats(long queueFull, bool connected) => new(
        Interlocked.Read(ref _published), Interlocked.Read(ref _notConnected), queueFull, Interlocked.Read(ref _rateLimited),
        Interlocked.Read(ref _refused), Interlocked.Read(ref _failed), connected, Math.Max(0, Volatile.Read(ref _connections) - 1), _lastError);
}
