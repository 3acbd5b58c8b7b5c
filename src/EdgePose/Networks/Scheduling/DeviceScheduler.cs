using EdgePose.Domain;
using EdgePose.Networks.Estimation;

namespace EdgePose.Networks.Scheduling;

/// <summary>How the work on a frame ended.</summary>
internal enum Outcome
{
    Processed,

    /// <summary>It threw.</summary>
    Failed,

    /// <summary>A network took longer than it may.</summary>
    Missed,
}

/// <summary>A frame whose turn it is. The receiver owns the frame.</summary>
internal readonly record struct Turn(LaneState State, Frame Frame, long CapturedTicks, long StartedTicks);

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
    private readonly LaneState[] _lanes;
    private readonly SchedulingSettings _options;
    private readonly TimeProvider _time;
    private readonly FairShare _fair = new();
    private readonly LoadMeter _meter = new(Ladder.Last);
    private readonly LoadController _controller;
    private readonly WaitWindow _waits = new();
    private readonly Lock _gate = new();
    private readonly long _start;
    private DeviceLoad _load;
    private TimeSpan _lastLook, _lastTurn;
    private double _busySeconds;
    private double _utilisation, _tolerance, _usual;
    private long _successes;

    public DeviceScheduler(IReadOnlyList<Lane> lanes, SchedulingSettings options, TimeProvider time)
    {
        var greatest = lanes.Count == 0 ? 1 : lanes.Max(l => l.Options.Weight);
        (_lanes, _options, _time, _start) = ([.. lanes.Select(l => new LaneState(l, greatest))], options, time, time.GetTimestamp());
        _controller = new LoadController(options.TargetUtilisation, options.Adaptive ? Ladder.Last : 0);
    }

    public DeviceLoad Load { get { lock (_gate) { return _load; } } }

    public IReadOnlyList<LaneState> Lanes => _lanes;

    private TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>Drops what is too old and takes the next frame; false when none waits.</summary>
    public bool TryNext(out Turn turn)
    {
        while (true)
        {
            var now = _time.GetTimestamp();
            var least = double.PositiveInfinity;
            foreach (var lane in _lanes)
            {
                if (IsReady(lane, now)) { least = Math.Min(least, lane.Place.Tag); }
                else { _fair.Rest(lane.Place, _utilisation > 1 ? _tolerance : 0); }
            }
            if (double.IsPositiveInfinity(least)) { turn = default; return false; }
            _fair.Advance(least);
            var next = Choose(least + _tolerance);
            // Only a slot that is closed at this moment gives nothing after it had a frame.
            if (next?.Lane.Slot.TryTake() is not { } frame) { continue; }
            EnterWait(next, frame, now);
            turn = new Turn(next, frame, frame.Info.CapturedTicks, now);
            return true;
        }
    }

    /// <summary>Charges the stream for its frame, which may be back in its pool already.</summary>
    public void Finish(in Turn turn, Outcome outcome)
    {
        var (state, seconds) = (turn.State, _time.GetElapsedTime(turn.StartedTicks).TotalSeconds);
        _busySeconds += seconds;
        state.Place.Charge(seconds, _usual);
        if (outcome == Outcome.Missed)
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
        var since = TimeSpan.FromTicks(Math.Max((now - Recent).Ticks, _lastTurn.Ticks));
        var lateness = _waits.Percentile95(since);
        _meter.CountLook();
        // The costs of a rung that was just entered from below are a cautious guess: good enough to go on up, not to go back.
        var usable = _meter.IsKnown || (_meter.WentUp && _controller.IsQuiet(_utilisation, lateness));
        var changed = usable && Turn(_utilisation, lateness, now);
        var waiting = 0;
        foreach (var lane in _lanes) { waiting += lane.Lane.Slot.HasFrame ? 1 : 0; }
        lock (_gate)
        {
            _load = new DeviceLoad(_controller.Step, _controller.Changes, _utilisation, Math.Min(1, _busySeconds / elapsed), lateness, waiting);
        }
        _busySeconds = 0;
        return changed;
    }

    private bool Turn(double utilisation, double lateness, TimeSpan now)
    {
        if (!_controller.Look(utilisation, _meter.OneUp(utilisation), lateness, now)) { return false; }
        var step = _controller.Step;
        var rung = Ladder.Rung(step);
        _meter.Turn(_lanes.Select(l => l.Cost), utilisation, step, rung.PosePeriod, rung.DetectorFactor);
        foreach (var lane in _lanes) { lane.SetStep(step); }
        _lastTurn = now;
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
        foreach (var lane in _lanes)
        {
            lane.Measure(_time);
            if (lane.Place.Usual is { } seconds) { (usual, known) = (usual + seconds, known + 1); }
            dearest = Math.Max(dearest, _meter.Cost(lane.Cost) / lane.Place.Weight);
            if (lane.IsLive)
            {
                live += lane.Place.Weight;
                if (lane.PausedUntil <= now) { demand += lane.Rate * _meter.Cost(lane.Cost); }
            }
            else if (lane.Lane.Slot.HasFrame) { busyRecordings += lane.Place.Weight; }
        }
        (_tolerance, _usual) = (OneRound * dearest, known == 0 ? 0 : usual / known);
        return live == 0 ? 0 : demand * (live + busyRecordings) / live;
    }

    private bool IsReady(LaneState lane, long now)
    {
        var slot = lane.Lane.Slot;
        if (!slot.HasFrame) { return false; }
        if (lane.IsLive) { slot.DropBefore(now - (long)(lane.MaxAge.TotalSeconds * _time.TimestampFrequency)); }
        return slot.HasFrame && lane.PausedUntil <= Now;
    }

    private LaneState? Choose(double greatestTag)
    {
        LaneState? best = null;
        var bestRank = long.MaxValue;
        foreach (var lane in _lanes)
        {
            if (lane.Place.Tag > greatestTag || lane.PausedUntil > Now || !lane.Lane.Slot.TryPeek(out var captured)) { continue; }
            var rank = !lane.IsLive ? long.MaxValue - 1
                : _utilisation > 1 ? -captured
                : captured + (long)(lane.MaxAge.TotalSeconds * _time.TimestampFrequency);
            if (rank < bestRank) { (best, bestRank) = (lane, rank); }
        }
        return best;
    }

    private void EnterWait(LaneState lane, Frame frame, long now)
    {
        if (!lane.IsLive || _options.TargetAge is not null || lane.Interval == TimeSpan.Zero) { return; }
        _waits.Add(Now, _time.GetElapsedTime(frame.Info.CapturedTicks, now) / (2 * lane.Interval));
    }
}
