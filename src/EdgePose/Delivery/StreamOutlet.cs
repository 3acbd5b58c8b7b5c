using EdgePose.Delivery.Documents;
using EdgePose.Domain;

namespace EdgePose.Delivery;

/// <summary>What the outbox keeps of a stream. Its lock is the stream's own, so that streams do not wait for each other.</summary>
internal sealed class StreamOutlet(string id, IReadOnlyList<SinkChain> chains, double maxRate, PosesPool pool, PosesWriter writer) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SinkChain[] _chains = [.. chains.Where(c => c.TakesPoses)];
    private readonly PoseGate[] _gates = [.. chains.Where(c => c.TakesPoses).Select(c => c.NewGate(maxRate))];
    private int _people = -1;

    public string Id => id;

    /// <summary>The status behind the last state; guarded by the outbox.</summary>
    public StreamStatus? LastStatus { get; set; }

    /// <summary>Zones that have had a number; guarded by the outbox.</summary>
    public HashSet<string> Zones { get; } = new(StringComparer.Ordinal);

    /// <summary>True when the number of people differs from the last call's.</summary>
    public bool CountChanged(int people) => Interlocked.Exchange(ref _people, people) != people;

    /// <summary>Writes the report once, if any sink is to have it, and puts it into their queues.</summary>
    public void Poses(in PoseReport report)
    {
        PosesMessage? message = null;
        lock (_gate)
        {
            for (var i = 0; i < _chains.Length; i++)
            {
                if (!_gates[i].Admits(report.People.Count == 0, _chains[i].IsReady)) { continue; }
                message ??= Write(report);
                _chains[i].Enqueue(message, _gates[i]);
            }
        }
        message?.Release();
    }

    /// <summary>Another rate of pose messages from now on.</summary>
    public void SetRate(double maxRate)
    {
        lock (_gate)
        {
            foreach (var gate in _gates) { gate.SetRate(maxRate); }
        }
    }

    private PosesMessage Write(in PoseReport report)
    {
        var message = pool.Rent();
        writer.Write(report, message.Begin(id));
        return message;
    }

    public void Dispose()
    {
        lock (_gate) { writer.Dispose(); }
    }
}
