using EdgePose.Domain;

namespace EdgePose.Delivery;

/// <summary>How many events of each rule are open, by what was raised in this run. Thread-safe.</summary>
internal sealed class OpenCounts
{
    /// <summary>Open keys of one rule beyond this are not counted: a rule whose ends never come must not fill the memory.</summary>
    private const int Most = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Stream, string Rule), HashSet<string>> _open = [];

    /// <summary>The new number of the event's rule; null when the event changes nothing.</summary>
    public int? Take(PoseEvent e)
    {
        if (e.Rule.Length == 0 || e.Phase == EventPhase.Update || (e.Phase == EventPhase.Start && !e.Type.Lasts)) { return null; }
        lock (_gate)
        {
            if (!_open.TryGetValue((e.Stream, e.Rule), out var keys)) { _open[(e.Stream, e.Rule)] = keys = new(StringComparer.Ordinal); }
            var isNews = e.Phase == EventPhase.End ? keys.Remove(e.Key) : keys.Count < Most && keys.Add(e.Key);
            return isNews ? keys.Count : null;
        }
    }

    /// <summary>Open events of a rule.</summary>
    public int Of(string stream, string rule)
    {
        lock (_gate) { return _open.TryGetValue((stream, rule), out var keys) ? keys.Count : 0; }
    }
}
