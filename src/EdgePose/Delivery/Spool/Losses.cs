namespace EdgePose.Delivery.Spool;

/// <summary>A loss that has to become a gap record.</summary>
/// <param name="Stream">Of the record.</param>
/// <param name="Payload">See <see cref="GapPayload"/>.</param>
internal readonly record struct PendingGap(string Stream, byte[] Payload);

/// <summary>
/// What was lost and has not been announced yet: one notice per stream, reason and reader, so that it stays small while nothing can be
/// written. Counts every loss of the run. Thread-safe.
/// </summary>
internal sealed class Losses
{
    /// <summary>For events that never became records: no reader gets them.</summary>
    public const string Everyone = "";

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Stream, LossReason Reason), Dictionary<string, GapNotice>> _pending = [];
    private readonly Dictionary<string, long[]> _counts = new(StringComparer.Ordinal);

    public bool HasPending
    {
        get
        {
            lock (_gate) { return _pending.Count > 0; }
        }
    }

    /// <summary>Something is pending that had a number, so that no cursor may pass it.</summary>
    public bool HasNumbered
    {
        get
        {
            lock (_gate) { return _pending.Values.Any(IsNumbered); }
        }
    }

    /// <summary>A reader, or <see cref="Everyone"/>, has lost events.</summary>
    public void Add(string reader, GapNotice loss)
    {
        lock (_gate)
        {
            CountsOf(reader)[(int)loss.Reason] += loss.Count;
            Merge(reader, loss);
        }
    }

    /// <summary>Announces again what a lost announcement named; it was counted when it happened.</summary>
    public void Repeat(string reader, GapNotice loss)
    {
        lock (_gate) { Merge(reader, loss); }
    }

    /// <summary>Takes what can be announced.</summary>
    /// <param name="readers">All there are.</param>
    /// <param name="all">False leaves the losses of events that never had a number.</param>
    public List<PendingGap> Take(IReadOnlyCollection<string> readers, bool all)
    {
        lock (_gate)
        {
            var taken = new List<PendingGap>();
            foreach (var (key, notices) in _pending.Where(p => all || IsNumbered(p.Value)).ToList())
            {
                _pending.Remove(key);
                if (notices.Remove(Everyone, out var common)) { taken.Add(new PendingGap(key.Stream, GapPayload.Write(common))); }
                // A reader that has gone since needs no notice.
                var present = notices.Where(n => readers.Contains(n.Key)).ToDictionary();
                if (present.Count == 0) { continue; }
                var isSame = present.Count == readers.Count && present.Values.Distinct().Count() == 1;
                taken.Add(new PendingGap(key.Stream, isSame ? GapPayload.Write(present.Values.First()) : GapPayload.Write(present)));
            }
            return taken;
        }
    }

    /// <summary>Events that a reader has lost since the start, by reason.</summary>
    public IReadOnlyDictionary<LossReason, long> Counts(string reader)
    {
        lock (_gate)
        {
            var (own, common) = (CountsOf(reader), CountsOf(Everyone));
            return Enum.GetValues<LossReason>().ToDictionary(r => r, r => own[(int)r] + common[(int)r]);
        }
    }

    private static bool IsNumbered(Dictionary<string, GapNotice> notices) => notices.Values.Any(g => g.Last > 0);

    private long[] CountsOf(string reader)
    {
        if (!_counts.TryGetValue(reader, out var counts)) { _counts[reader] = counts = new long[(int)Enum.GetValues<LossReason>().Max() + 1]; }
        return counts;
    }

    private void Merge(string reader, GapNotice loss)
    {
        var key = (loss.Stream, loss.Reason);
        if (!_pending.TryGetValue(key, out var notices)) { _pending[key] = notices = new Dictionary<string, GapNotice>(StringComparer.Ordinal); }
        notices[reader] = notices.TryGetValue(reader, out var known) ? known.With(loss) : loss;
    }
}
