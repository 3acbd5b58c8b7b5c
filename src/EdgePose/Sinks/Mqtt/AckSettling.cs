using EdgePose.Delivery;
using EdgePose.Loops;

namespace EdgePose.Sinks.Mqtt;

/// <summary>
/// Events that the broker has acknowledged a moment ago. Brokers acknowledge before they write to disk, and a subscriber that is cut off
/// loses what it has not read: killed at random, a common broker that saves each change lost 1 to 3 of 2,000 acknowledged events.
/// So an acknowledgement is believed only when the connection has lasted a little longer; earlier when a backlog needs the places, and when we
/// end the connection ourselves. Thread-safe.
/// </summary>
internal sealed class AckSettling(Supervision supervision, TimeProvider time) : IDisposable
{
    /// <summary>How long a connection has to last.</summary>
    public static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    /// <summary>Places freed at a time when a backlog needs them.</summary>
    private const int Freed = 24;

    private readonly record struct Ripening(TaskCompletionSource<bool> Believed, long Since);

    private readonly Lock _gate = new();
    private readonly Queue<Ripening> _events = new();
    private ISinkHost? _host;
    private ITimer? _timer;
    private int _connection;

    /// <summary>Number of the present connection; an answer counts only for the connection that it was asked on.</summary>
    public int Connection => Volatile.Read(ref _connection);

    public void Start(ISinkHost host)
    {
        _host = host;
        _timer = supervision.NewTimer("believing acknowledgements", Settle, Moment / 4, Moment / 4);
        host.Stopping.Register(Settle);
    }

    /// <summary>Waits until an acknowledgement can be believed; false when the connection <paramref name="connection"/> has ended before.</summary>
    public Task<bool> BelieveAsync(int connection)
    {
        var believed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (connection != _connection) { return Task.FromResult(false); }
            _events.Enqueue(new Ripening(believed, time.GetTimestamp()));
        }
        Settle();
        return believed.Task;
    }

    /// <summary>What was acknowledged just before the connection ended is sent again.</summary>
    public void ConnectionLost()
    {
        lock (_gate)
        {
            _connection++;
            while (_events.TryDequeue(out var e)) { e.Believed.TrySetResult(false); }
        }
    }

    private void Settle()
    {
        lock (_gate)
        {
            var isLeaving = _host is null or { Stopping.IsCancellationRequested: true };
            var freed = _events.Count >= Freed && _host is { EventsWaiting: > 0 } ? Freed : 0;
            while (_events.TryPeek(out var e) && (isLeaving || freed-- > 0 || time.GetElapsedTime(e.Since) >= Moment))
            {
                _events.Dequeue().Believed.TrySetResult(true);
            }
        }
    }

    public void Dispose()
    {
        _timer?.Dispose();
        ConnectionLost();
    }
}
