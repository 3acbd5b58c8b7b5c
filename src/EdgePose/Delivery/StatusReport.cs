using System.Text.Json;
using EdgePose.Delivery.Documents;
using EdgePose.Delivery.Spool;

namespace EdgePose.Delivery;

/// <summary>
/// The status value of one sink: the health of the process with the sink's own account. A change of state, reasons or provider goes out at
/// once, figures at the sink's pace. Thread-safe.
/// </summary>
internal sealed class StatusReport(StateBoard board, Func<SinkStats> stats, Func<SpoolStats?> spool, TimeSpan interval, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly long _started = time.GetTimestamp();
    private NodeStatus? _last;
    private long _rendered = time.GetTimestamp();

    public void Set(NodeStatus status)
    {
        lock (_gate)
        {
            var isUrgent = _last is not { } last || last.State != status.State || last.Provider != status.Provider || !last.Reasons.SequenceEqual(status.Reasons);
            _last = status;
            Render(isUrgent);
        }
    }

    /// <summary>Brings the figures up to date when it is time for that, or <paramref name="now"/>.</summary>
    public void Refresh(bool now)
    {
        lock (_gate)
        {
            if (now || time.GetElapsedTime(_rendered) >= interval) { Render(isUrgent: false); }
        }
    }

    private void Render(bool isUrgent)
    {
        if (_last is not { } status) { return; }
        _rendered = time.GetTimestamp();
        var document = Payloads.Status(status, stats(), spool(), time.GetElapsedTime(_started));
        board.Set(new StateValue(StateKey.Status, JsonSerializer.SerializeToUtf8Bytes(document, PayloadsContext.Plain.StatusDocument)), isUrgent);
    }
}
