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
        foreach (var backlog in _backlogs.All.Where(b => seconds > 0 && b.Oldest < seconds))
        {
            Announce(backlog.Reader, backlog.RemoveBefore((uint)seconds), LossReason.AgeLimit);
        }
        var limit = _options.MaxBytes - _options.QueueBytes;
        var bytes = _segments.Sum(s => s.Length) + incoming;
        while (!HasFault && bytes > limit && _segments.Count > 1)
        {
            var oldest = _segments[0];
            bytes -= oldest.Length;
            _segments.RemoveAt(0);
            Announce(oldest, LossReason.SizeLimit);
            _doomed.Add(oldest);
            _backlogs.MarkChanged();
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
        Announce(oldest, reason);
        _backlogs.MarkChanged();
        if (TryDelete(oldest)) { return true; }
        _doomed.Add(oldest);
        return false;
    }

    /// <summary>Takes what is in a segment from every reader that has not done it; each is told what it loses.</summary>
    private void Announce(Segment segment, LossReason reason)
    {
        foreach (var backlog in _backlogs.All) { Announce(backlog.Reader, backlog.Remove(segment), reason); }
    }

    private void Announce(string reader, List<Removed> removed, LossReason reason)
    {
        foreach (var part in removed)
        {
            var spent = part.Gaps.Where(g => !Repeat(reader, g)).Select(g => g.Entry.Sequence).ToList();
            if (part.Events.Count == 0)
            {
                foreach (var number in spent) { Spent(reader, part.Stream, number); }
                continue;
            }
            var loss = new GapNotice(
                part.Stream, reason, part.Events.Min(e => e.Sequence), part.Events.Max(e => e.Sequence), part.Events.Count,
                Clock.WallOf(part.Events.Min(e => e.Second)), Clock.WallOf(part.Events.Max(e => e.Second)));
            Log.GivenUp(_logger, loss.Count, loss.Stream, reader, reason, loss.First, loss.Last);
            _losses.Add(reader, spent.Aggregate(loss, (l, number) => l.Including(number)));
        }
    }

    /// <summary>Makes an announcement that did not arrive part of the next one.</summary>
    public void AnnounceAgain(string reader, in Picked gap)
    {
        if (!Repeat(reader, gap)) { Spent(reader, gap.Stream, gap.Entry.Sequence); }
    }

    private void Spent(string reader, string stream, long number) =>
        _losses.Repeat(reader, new GapNotice(stream, LossReason.Elsewhere, number, number, 0, 0, 0));

    /// <summary>False when the lost announcement was for another reader, so that only its number has to be named.</summary>
    private bool Repeat(string reader, in Picked gap)
    {
        var sequence = gap.Entry.Sequence;
        try
        {
            var record = gap.Memory ?? gap.Entry.Segment?.Read(gap.Entry, _seed);
            if (record?.For(reader).Gap is { } notice)
            {
                if (notice.Reason == LossReason.Elsewhere && notice.First == 0) { return false; }
                _losses.Repeat(reader, notice.Including(sequence));
                return true;
            }
        }
        catch (IOException e)
        {
            Log.CannotTidy(_logger, gap.Entry.Segment?.Path ?? "", e.Message);
        }
        _losses.Add(reader, new GapNotice(gap.Stream, LossReason.Damaged, sequence, sequence, 1, 0, 0));
        return true;
    }

    private void AnnounceMemory(string reader, SpoolRecord lost)
    {
        var number = lost.Sequence;
        if (lost.For(reader).Gap is { } gap)
        {
            _losses.Repeat(reader, gap.Including(number));
            return;
        }
        var wall = Clock.WallOf(lost.Second);
        _losses.Add(reader, new GapNotice(lost.Stream, LossReason.MemoryLimit, number, number, 1, wall, wall));
    }
}
