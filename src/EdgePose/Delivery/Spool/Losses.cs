namespace EdgePose.Delivery.Spool;

/// <summary>
/// What was lost and has not been announced yet: one notice per stream and reason, so that it stays small while nothing can be written.
/// Counts every loss of the run. Thread-safe.
/// </summary>
internal sealed class Losses
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Stream, LossReason Reason), GapNotice> _pending = [];
    private readonly long[] _counts = new long[Enum.GetValues<LossReason>().Length + 1];

    public bool HasPending
    {
        get
        {
            lock (_gate) { return _pending.Count > 0; }
        }
    }

    /// <summary>Something is pending that had a number, so that the cursor may not pass it.</summary>
    public bool HasNumbered
    {
        get
        {
            lock (_gate) { return _pending.Values.Any(g => g.Last > 0); }
        }
    }

    public void Add(GapNotice loss)
    {
        lock (_gate)
        {
            _counts[(int)loss.Reason] += loss.Count;
            Merge(loss);
        }
    }

    /// <summary>Announces again what a lost announcement named; it was counted when it happened.</summary>
    public void Repeat(GapNotice loss)
    {
        lock (_gate) { Merge(loss); }
    }

    /// <param name="all">False leaves those of events that never had a number.</param>
    public List<GapNotice> Take(bool all)
    {
        lock (_gate)
        {
            var taken = _pending.Values.Where(g => all || g.Last > 0).ToList();
            foreach (var gap in taken) { _pending.Remove((gap.Stream, gap.Reason)); }
            return taken;
        }
    }

    public IReadOnlyDictionary<LossReason, long> Counts()
    {
        lock (_gate) { return Enum.GetValues<LossReason>().ToDictionary(r => r, r => _counts[(int)r]); }
    }

    private void Merge(GapNotice loss)
    {
        var key = (loss.Stream, loss.Reason);
        _pending[key] = _pending.TryGetValue(key, out var known) ? known.With(loss) : loss;
    }
}
