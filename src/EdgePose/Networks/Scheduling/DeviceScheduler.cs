using EdgePose.Domain;
using EdgePose.Networks.Estimation;

namespace EdgePose.Networks.Scheduling;

/// <summary>How the work on a frame ended.</summary>
internal enum FrameOutcome
{
    Processed,

    /// <summary>It threw.</summary>
    Failed,

    /// <summary>A network took longer than it may.</summary>
    Missed,
}

/// <summary>A frame whose turn it is. The receiver owns the frame.</summary>
internal readonly record struct ScheduledFrame(StreamSchedule State, Frame Frame, long CapturedTicks, long StartedTicks);

/// <summary>
/// Divides one device between the streams: whose frame is next, which frames are too old, and how much quality the load leaves. Fair in
/// seconds of inference by weight; within a round the earliest deadline first, and under overload, where deadlines cannot all be kept, the
/// freshest frame first. All methods but <see cref="Load"/> belong to the inference thread. Has no thread of its own.
/// </summary>
internal sealed class DeviceScheduler
{
    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(2);

    /// <summary>Part of the dearest stream's frame within which tags count as equal: enough to choose by deadline, too little to serve anybody twice for it.</summary>
    private const double OneRound = 0.9;
    private StreamSchedule[] _streams;
    private readonly SchedulingSettings _options;
    private readonly TimeProvider _time;
    private readonly FairShare _fair = new();
    private readonly LoadMeter _meter = new(Ladder.Last);
    private readonly LoadController _controller;
    private readonly WaitWindow _waits = new();
    private readonly Lock _gate = new();
    private readonly long _start;
    private DeviceLoad _load;
    private TimeSpan _lastLook, _lastChange;
    private double _busySeconds;
    private double _utilisation, _tolerance, _usual;
    private long _successes;

    public DeviceScheduler(IReadOnlyList<ScheduledStream> streams, SchedulingSettings options, TimeProvider time)
    {
        var greatest = GreatestWeight(streams);
        (_streams, _options, _time, _start) = ([.. streams.Select(l => new StreamSchedule(l, greatest))], options, time, time.GetTimestamp());
        _controller = new LoadController(options.TargetUtilisation, options.Adaptive ? Ladder.Last : 0);
    }

    public DeviceLoad Load { get { lock (_gate) { return _load; } } }

    public IReadOnlyList<StreamSchedule> Streams => _streams;

    private TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>Serves these streams from now on. Those that stay keep their place, and the load what it has learnt.</summary>
    public void Change(IReadOnlyList<ScheduledStream> streams)
    {
        var (known, greatest) = (_streams, GreatestWeight(streams));
        _streams = [.. streams.Select(s => Array.Find(known, k => k.Stream == s) ?? new StreamSchedule(s, greatest))];
        foreach (var stream in _streams)
        {
            stream.Weigh(greatest);
            stream.SetStep(_controller.Step);
        }
    }

    private static double GreatestWeight(IReadOnlyList<ScheduledStream> streams) => streams.Count == 0 ? 1 : streams.Max(l => l.Options.Weight);

    /// <summary>Drops what is too old and takes the next frame; false when none waits.</summary>
    public bool TryNext(out ScheduledFrame turn)
    {
        while (true)
        {
            var now = _time.GetTimestamp();
            var least = double.PositiveInfinity;
            foreach (var stream in _streams)
            {
                if (IsReady(stream, now)) { least = Math.Min(least, stream.Place.Tag); }
                else { _fair.Idle(stream.Place, _utilisation > 1 ? _tolerance : 0); }
            }
            if (double.IsPositiveInfinity(least)) { turn = default; return false; }
            _fair.Advance(least);
            var next = Choose(least + _tolerance);
            // Only a slot that is closed at this moment gives nothing after it had a frame.
            if (next?.Slot.TryTake() is not { } frame) { continue; }
            EnterWait(next, frame, now);
            turn = new ScheduledFrame(next, frame, frame.Info.CapturedTicks, now);
            return true;
        }
    }

    /// <summary>Charges the stream for its frame, which may be back in its pool already.</summary>
    public void Finish(in ScheduledFrame turn, FrameOutcome outcome)
    {
        var (state, seconds) = (turn.State, _time.GetElapsedTime(turn.StartedTicks).TotalSeconds);
        _busySeconds += seconds;
        state.Place.Charge(seconds, _usual);
        if (outcome == FrameOutcome.Missed)
        {
            state.Miss(Now, _successes);
            return;
        }
        _successes++;
        state.Succeed();
        if (state.IsLive) { _meter.Add(state.Cost, seconds); }
        if (_options.TargetAge is { } target && state.IsLive)
        {
            _waits.Add(Now, _time.GetElapsedTime(turn.CapturedTicks) / target);
        }
    }

    /// <summary>Looks at the load when it is time to, and moves on the ladder; true when the rung has changed.</summary>
    public bool LookIfDue()
    {
        var now = Now;
        if (now - _lastLook < LoadController.Period) { return false; }
        var elapsed = (now - _lastLook).TotalSeconds;
        _lastLook = now;
        _utilisation = MeasureUtilisation(now);
        var since = TimeSpan.FromTicks(Math.Max((now - Recent).Ticks, _lastChange.Ticks));
        var lateness = _waits.Percentile95(since);
        _meter.CountLook();
        // The costs of a rung that was just entered from below are a cautious guess: good enough to go on up, not to go back.
        var usable = _meter.IsKnown || (_meter.WentUp && _controller.IsQuiet(_utilisation, lateness));
        var changed = usable && ChangeStep(_utilisation, lateness, now);
        var waiting = 0;
        foreach (var stream in _streams) { waiting += stream.Slot.HasFrame ? 1 : 0; }
        lock (_gate)
        {
            _load = new DeviceLoad(_controller.Step, _controller.Changes, _utilisation, Math.Min(1, _busySeconds / elapsed), lateness, waiting);
        }
        _busySeconds = 0;
        return changed;
    }

    private bool ChangeStep(double utilisation, double lateness, TimeSpan now)
    {
        if (!_controller.Look(utilisation, _meter.OneUp(utilisation), lateness, now)) { return false; }
        var step = _controller.Step;
        var rung = Ladder.Rung(step);
        _meter.EnterStep(_streams.Select(l => l.Cost), utilisation, step, rung.PosePeriod, rung.DetectorFactor);
        foreach (var stream in _streams) { stream.SetStep(step); }
        _lastChange = now;
        return true;
    }

    /// <summary>
    /// Demand of the live streams relative to what they may have: all of the device, or their share of it beside recordings, which take
    /// whatever they get and so have no demand.
    /// </summary>
    private double MeasureUtilisation(TimeSpan now)
    {
        var (demand, live, busyRecordings, dearest) = (0.0, 0.0, 0.0, 0.0);
        var (usual, known) = (0.0, 0);
        foreach (var stream in _streams)
        {
            stream.Measure(_time);
            if (stream.Place.Usual is { } seconds) { (usual, known) = (usual + seconds, known + 1); }
            dearest = Math.Max(dearest, _meter.Cost(stream.Cost) / stream.Place.Weight);
            if (stream.IsLive)
            {
                live += stream.Place.Weight;
                if (stream.PausedUntil <= now) { demand += stream.Rate * _meter.Cost(stream.Cost); }
            }
            else if (stream.Slot.HasFrame) { busyRecordings += stream.Place.Weight; }
        }
        (_tolerance, _usual) = (OneRound * dearest, known == 0 ? 0 : usual / known);
        return live == 0 ? 0 : demand * (live + busyRecordings) / live;
    }

    private bool IsReady(StreamSchedule stream, long now)
    {
        var slot = stream.Slot;
        if (!slot.HasFrame) { return false; }
        if (stream.IsLive) { slot.DropBefore(now - (long)(stream.MaxAge.TotalSeconds * _time.TimestampFrequency)); }
        return slot.HasFrame && stream.PausedUntil <= Now;
    }

    private StreamSchedule? Choose(double greatestTag)
    {
        StreamSchedule? best = null;
        var bestRank = long.MaxValue;
        foreach (var stream in _streams)
        {
            if (stream.Place.Tag > greatestTag || stream.PausedUntil > Now || !stream.Slot.TryPeek(out var captured)) { continue; }
            var rank = !stream.IsLive ? long.MaxValue - 1
                : _utilisation > 1 ? -captured
                : captured + (long)(stream.MaxAge.TotalSeconds * _time.TimestampFrequency);
            if (rank < bestRank) { (best, bestRank) = (stream, rank); }
        }
        return best;
    }

    private void EnterWait(StreamSchedule stream, Frame frame, long now)
    {
        if (!stream.IsLive || _options.TargetAge is not null || stream.Interval == TimeSpan.Zero) { return; }
        _waits.Add(Now, _time.GetElapsedTime(frame.Info.CapturedTicks, now) / (2 * stream.Interval));
    }
}
