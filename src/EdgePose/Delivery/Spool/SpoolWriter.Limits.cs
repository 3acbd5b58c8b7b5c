using Microsoft.Extensions.Logging;

namespace EdgePose.Delivery.Spool;

// Size and age: the oldest go first, and every loss is announced.
internal sealed partial class SpoolWriter
{
    /// <summary>
    /// Gives up what is too old and what is too much when <paramref name="incoming"/> bytes are added. The files go with the next
    /// <see cref="Save"/>, when the announcement is on disk; a crash before that announces too much, never too little.
    /// </summary>
    public void Retain(long incoming)
    {
        var seconds = Clock.Seconds - _options.MaxAge.TotalSeconds;
        if (seconds > 0 && _lanes.Oldest < seconds) { Announce(_lanes.RemoveBefore((uint)seconds), LossReason.AgeLimit); }
        var limit = _options.MaxBytes - _options.QueueBytes;
        var bytes = _segments.Sum(s => s.Length) + incoming;
        while (!HasFault && bytes > limit && _segments.Count > 1)
        {
            var oldest = _segments[0];
            bytes -= oldest.Length;
            _segments.RemoveAt(0);
            Announce(_lanes.Remove(oldest), LossReason.SizeLimit);
            _doomed.Add(oldest);
            _lanes.MarkChanged();
        }
    }

    /// <summary>Makes room at once. A crash before the announcement is on disk leaves a hole that the next start announces.</summary>
    private bool GiveUpOldest(LossReason reason)
    {
        if (_doomed.Count > 0 && _doomed.RemoveAll(TryDelete) > 0) { return true; }
        // The last one stays: a disk that others have filled would take it and give nothing.
        if (_segments.Count <= 1) { return false; }
        var oldest = _segments[0];
        _segments.RemoveAt(0);
        Announce(_lanes.Remove(oldest), reason);
        _lanes.MarkChanged();
        if (TryDelete(oldest)) { return true; }
        _doomed.Add(oldest);
        return false;
    }

    private void Announce(List<Removed> removed, LossReason reason)
    {
        foreach (var lane in removed)
        {
            foreach (var gap in lane.Gaps) { AnnounceAgain(gap); }
            if (lane.Events.Count == 0) { continue; }
            var loss = new GapNotice(
                lane.Stream, reason, lane.Events.Min(e => e.Sequence), lane.Events.Max(e => e.Sequence), lane.Events.Count,
                Clock.WallOf(lane.Events.Min(e => e.Second)), Clock.WallOf(lane.Events.Max(e => e.Second)));
            _losses.Add(loss);
            Log.GivenUp(_logger, loss.Count, loss.Stream, reason, loss.First, loss.Last);
        }
    }

    private void AnnounceAgain(in Picked gap)
    {
        var sequence = gap.Entry.Sequence;
        try
        {
            var record = gap.Memory ?? gap.Entry.Segment?.Read(gap.Entry, _seed);
            if (record?.Gap is { } notice)
            {
                _losses.Repeat(notice.Including(sequence));
                return;
            }
        }
        catch (IOException e)
        {
            Log.CannotTidy(_logger, gap.Entry.Segment?.Path ?? "", e.Message);
        }
        _losses.Add(new GapNotice(gap.Stream, LossReason.Damaged, sequence, sequence, 1, 0, 0));
    }
}
